"""A second offline verifier, written from Shared/Receipts/FORMAT.md and REQUEST.md and from the RFCs and C2SP pages
that they name. It shares no line and no generated code with the first (`colophon verify`); where the two disagree, one
of them or a page is wrong. Beside the standard library it uses `cryptography`, for signatures and certificates.

    python -m second BUNDLE --trust FILE        (in Tests/Interop)
"""
