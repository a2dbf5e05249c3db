"""Chat templates: what is evaluated, and programs that want more than text: attributes of the host, time, memory."""

SMOLLM2 = """{% for message in messages %}{% if loop.first and messages[0]['role'] != 'system' %}{{ '<|im_start|>system
You are a helpful AI assistant named SmolLM, trained by Hugging Face<|im_end|>
' }}{% endif %}{{'<|im_start|>' + message['role'] + '
' + message['content'] + '<|im_end|>' + '
'}}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant
' }}{% endif %}"""

ACCEPTED = {"smollm2": SMOLLM2}
# Which of these are evaluated is the engine's to say; nothing may break.
ANY = {
    "half-delimiter": "{",
    "empty": "", "text": "just text", "comment": "{# nothing #}{%- set x = 1 -%}{{ x }}",
    "macro": "{% macro m(a, b=2) %}{{ a }}{{ b }}{% endmacro %}{% for x in messages %}{{ m(x.role) }}{% endfor %}",
    "namespace": "{% set ns = namespace(n=0) %}{% for m in messages %}{% set ns.n = ns.n + 1 %}{% endfor %}{{ ns.n }}",
    "filters": "{{ messages | map(attribute='content') | join(', ') | trim | upper | length }}",
    "slices": "{{ messages[1:][::-1][0].content[-2:] }}{{ messages[99:] | length }}{{ 'abc'[-9:9:2] }}",
    "tests": "{% if messages is defined and x is not defined and 1 is odd %}{{ 3 // 2 }}{{ -7 % 3 }}{{ 2 ** 3 }}{% endif %}",
    "tojson": "{{ messages | tojson(indent=2) }}", "inline-if": "{{ 'a' if messages else 'b' }}{{ bos_token ~ eos_token }}",
    "raise": "{{ raise_exception('no') }}", "generation": "{% generation %}x{% endgeneration %}",
    "break": "{% for m in messages %}{% if loop.index > 1 %}{% break %}{% endif %}{{ loop.cycle('a', 'b') }}{% endfor %}",
    "strings": "{{ 'a\\n\\'b\\u00e9\\x41' + \"c\" }}{{ 'x'.split('x') }}{{ ' y '.strip() }}",
    "division-by-0": "{{ 1 // 0 }}{{ 1 % 0 }}", "overflow": "{{ 9223372036854775807 + 1 }}{{ -9223372036854775808 // -1 }}",
    "slice-step-0": "{{ messages[::0] }}", "slice-extreme": "{{ 'abc'[-9223372036854775808:9223372036854775807:-1] }}",
}
REFUSED = {
    # CVE-2024-34359: the interpreter behind the template is reached through attributes.
    "dunder-class": "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "dunder-globals": "{{ messages.__init__.__globals__['os'].popen('id').read() }}",
    "attr-filter": "{{ messages | attr('__class__') }}",
    "include": "{% include '/etc/passwd' %}", "import": "{% import 'os' as os %}", "extends": "{% extends 'x' %}",
    "clock": "{{ strftime_now('%Y') }}",
    # Work and memory without end.
    "range-huge": "{% for i in range(10000000000) %}{{ i }}{% endfor %}",
    "range-nested": "{% for i in range(9999) %}{% for j in range(9999) %}{% for k in range(9999) %}x{% endfor %}{% endfor %}{% endfor %}",
    "text-times-huge": "{{ 'a' * 10000000000 }}",
    "text-doubles": "{% set ns = namespace(t='aaaaaaaa') %}{% for i in range(99) %}{% set ns.t = ns.t + ns.t %}{% endfor %}{{ ns.t }}",
    "list-doubles": "{% set ns = namespace(t=[1]) %}{% for i in range(99) %}{% set ns.t = ns.t + ns.t %}{% endfor %}{{ ns.t }}",
    "replace-grows": "{% set ns = namespace(t='aa') %}{% for i in range(30) %}{% set ns.t = ns.t.replace('a', 'aaaa') %}{% endfor %}{{ ns.t }}",
    "macro-for-ever": "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
    "macros-for-ever": "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}{{ a() }}{% endmacro %}{{ a() }}",
    "power-huge": "{{ 10 ** 100000000 }}", "indent-huge": "{{ messages | tojson(indent=1000000000) }}",
    # Depth.
    "parentheses": "{{ " + "(" * 20_000 + "1" + ")" * 20_000 + " }}",
    "brackets-open": "{{ " + "[" * 20_000, "not-not": "{{ " + "not " * 20_000 + "1 }}", "minus": "{{ " + "-" * 20_000 + "1 }}",
    "ifs": "{% if 1 %}" * 4_000 + "{% endif %}" * 4_000, "fors-open": "{% for a in messages %}" * 4_000,
    "attributes": "{{ messages" + ".a" * 20_000 + " }}", "sum": "{{ 1" + " + 1" * 20_000 + " }}",
    "filters-chain": "{{ 1" + " | string" * 9_000 + " }}", "elifs": "{% if 0 %}" + "{% elif 0 %}" * 9_000,
    "conditionals": "{{ " + "1 if 0 else " * 9_000 + "1 }}",
    # What is not closed or not closed rightly.
    "open-output": "{{ messages", "open-statement": "{% if 1", "open-comment": "{# x", "open-string": "{{ 'x }}",
    "for-without-end": "{% for m in messages %}", "end-without-for": "{% endfor %}", "crossed": "{% if 1 %}{% for m in messages %}{% endif %}{% endfor %}",
    "unknown-statement": "{% frobnicate %}", "unknown-filter": "{{ 1 | frobnicate }}",
    "invalid-utf8": b"{{ '\xff' }}", "nul": "{{ \0 }}",
}
