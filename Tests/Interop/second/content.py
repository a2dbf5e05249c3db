"""The check `content`: what is opened is what was committed, asked for, and sent."""

from . import answer, jcs, own
from .bundle import Bundle
from .openings import activation_head, chunks, commitment, stream_head, token_lists
from .report import NOT_CHECKED, PASS, Outcome
from .request import read
from .values import require


def content(bundle: Bundle, copies: own.Copies = own.Copies()) -> Outcome:
    if not bundle.blobs:
        return NOT_CHECKED, "the bundle opens nothing: only its owner's does"
    wanted = _commitments(bundle)
    for name, opening in bundle.openings.items():
        if name == "activation":
            _activation(bundle)
        elif name == "stream":
            _stream(bundle)
        else:
            field = name.partition("/")[0]
            opened = commitment(field, opening.salt, opening.data)
            require(opened == (wanted | _apart(bundle)).get(name), f"{name}: opens another commitment")
    own.compare_request(bundle, copies.request)
    _asked(bundle)
    _answered(bundle)
    own.compare_response(bundle, copies.response, _sent(bundle))
    closed = sorted(wanted.keys() - bundle.openings.keys())
    if closed:
        return NOT_CHECKED, f"not opened: {', '.join(closed)}"
    return PASS, f"{len(wanted)} commitments open"


def _commitments(bundle: Bundle) -> dict[str, str]:
    """The name of each opening that this request can have (but `activation`), with its commitment or chain head."""
    found = {"request": bundle.receipt["request"]}
    if execution := bundle.predicate("execution"):
        committed = execution["commitments"]
        found |= {f"message/{at}": digest for at, digest in enumerate(committed["messages"])}
        found |= {name: committed[name] for name in ("retrieved", "content", "tokens") if name in committed}
    if delivery := bundle.receipt.get("delivery"):
        found |= {"wire": delivery["wire"]} if delivery["mode"] == "body" else {"stream": delivery["chain"]}
    return found


def _apart(bundle: Bundle) -> dict[str, str]:
    """What may stay closed here: it is for the check `attribution`."""
    stated = bundle.credited or {}
    return {name: stated[name]["commitment"] for name in ("scores", "spans", "nearest") if name in stated}


def _activation(bundle: Bundle) -> None:
    execution = bundle.predicate("execution")
    require(execution, "activation: nothing was executed")
    head = activation_head(bundle.openings["activation"], execution["usage"]["completion_tokens"])
    require(head == execution["activation"], "activation: another chain")


def _stream(bundle: Bundle) -> None:
    delivery, opening = bundle.receipt.get("delivery", {}), bundle.openings["stream"]
    require(delivery.get("mode") == "stream", "stream: nothing was streamed")
    sent = chunks(opening)
    require(len(sent) == int(delivery["chunks"]), "stream: another number of chunks")
    require(stream_head(opening.salt, bundle.receipt["receipt_id"], sent) == delivery["chain"], "stream: another chain")


def _asked(bundle: Bundle) -> None:
    """Messages and parameters are those of the request."""
    execution, opening = bundle.predicate("execution"), bundle.openings.get("request")
    if not execution or not opening:
        return
    retrieved, committed = bundle.openings.get("retrieved"), "retrieved" in execution["commitments"]
    is_whole = retrieved is not None or not committed
    request = read(opening.data, retrieved and retrieved.data, is_whole)
    require(request.has_collections == committed, "retrieved: committed to where no collection is asked for")
    require(len(request.messages) == len(execution["commitments"]["messages"]), "request: another number of messages")
    for at, message in enumerate(request.messages):
        opened = bundle.openings.get(f"message/{at}")
        require(not opened or opened.data == message, f"message/{at}: is not the request's")
    require(request.model == execution["model"]["id"], "request: another model")
    if not is_whole:
        return
    stated, asked = dict(execution["parameters"]), dict(request.parameters)
    if "seed" not in asked:
        asked |= {"seed": stated["seed"], "seed_source": "drawn"}
    # The room is the context's length, which the manifest tells, without the prompt.
    manifest = bundle.predicate("model")
    room = stated["max_tokens"]
    if manifest:
        room = manifest["context_length"] - execution["usage"]["prompt_tokens"]
    asked["max_tokens"] = min(asked.get("max_tokens", room), room)
    require(jcs.canonical(stated) == jcs.canonical(asked), "parameters: not those that the request leads to")


def _answered(bundle: Bundle) -> None:
    """Choices, tokens and calls of the content agree with the execution."""
    execution, opening = bundle.predicate("execution"), bundle.openings.get("content")
    if not execution:
        return
    count, limit = execution["parameters"]["n"], execution["parameters"]["max_tokens"]
    made = execution["usage"]["completion_tokens"]
    require(made <= count * limit, "tokens: more than were allowed")
    if opened := bundle.openings.get("tokens"):
        lengths = [len(tokens) for tokens in token_lists(opened.data, count)]
        require(sum(lengths) == made, "tokens: another number than was counted")
        require(all(length <= limit for length in lengths), "tokens: a choice has more than were allowed")
    if not opening:
        return
    choices = answer.committed(opening.data)
    require(len(choices) == count, "content: another number of choices")
    reasons = [choice["finish_reason"] for choice in choices]
    reason = "cancelled" if "cancelled" in reasons else reasons[0]
    require(reason == execution["finish_reason"], "content: another finish_reason")
    for choice in choices:
        for at, call in enumerate(choice["tool_calls"]):
            end = bundle.receipt["receipt_id"].replace("-", "")[-16:]
            require(call["id"] == f"call_{end}{choice['index']:02x}{at:02x}", "content: a call with another id")


def _sent(bundle: Bundle) -> list[answer.Shown]:
    """What was delivered, which is what was committed; of a stream that broke, its beginning."""
    execution, opening = bundle.predicate("execution"), bundle.openings.get("content")
    committed = answer.as_shown(answer.committed(opening.data)) if opening else None
    sent, count = committed, execution["parameters"]["n"] if execution else 1
    if wire := bundle.openings.get("wire"):
        sent = answer.shown([wire.data], "message", count)
        require(committed is None or sent == committed, "wire: another answer than was committed")
    if stream := bundle.openings.get("stream"):
        sent = answer.shown(chunks(stream), "delta", count)
        whole = bundle.receipt["outcome"] == "answered"
        begins = committed is None or (len(sent) == len(committed) and all(
            a == b if whole else a.is_beginning_of(b) for a, b in zip(sent, committed)))
        require(begins, "stream: another answer than was committed")
    return sent or []
