"""Single constructs, each a template of its own that is rendered with CONTEXT."""

CONTEXT = {
    "text": " Hello, Wörld ΑΣ ", "lines": "a\n b\r\nc\n", "empty": "", "quote": "it's \"q\" \\ \u0007\u00ad\U0001f600é\u2028",
    "n": 7, "neg": -3, "f": 2.5, "yes": True, "no": False, "nothing": None,
    "list": [3, 1, 2], "words": ["b", "A", "c", "a"], "nested": [[1, [2]], []],
    "map": {"b": 1, "a": {"c": [1, 2, {"d": None}]}, "items": 5, "é": 1.5},
    "people": [
        {"name": "Bo", "age": 3, "tag": {"x": 1}}, {"name": "al", "age": 1, "tag": {}}, {"name": "Cy", "age": 2}],
    "floats": [0.1, 1e16, 1e15, 123456789012345680.0, 1e-4, 1e-5, 1.5e300, -0.0, 100.0, 5e-324],
}

# White space control, comments, line ends.
WHITESPACE = [
    "a\n{% if yes %}\nb\n{% endif %}\nc\n", "  {% if yes %}  x\n  {% endif %}  y\n", "a  {% if yes %}  b{% endif %}",
    "a \n {%- if yes -%} \n b \n {%- endif -%} \n c", "a\n  {%+ if yes %}b{% endif %}", "a\n{% if yes +%}\nb{% endif %}",
    "a\n  {# note #}\nb", "a {#- note -#} b", "a {# {{ no }} #} b", "{#-#}x", "x{#--#}y", "{{ 1 }}\n{{ 2 }}\n\n",
    "{{ 1 -}}\n {{- 2 }}", "{{- 1 -}}", "{%- set x = 1 -%}\n\n{{ x }}", "\n\n{% set x = 1 %}\n{{ x }}\n", "a\r\nb\rc\n\n",
    "{% if yes %}\r\nx\r\n{% endif %}\r\n", "{{ 'a\nb' }}", "{{ {'a': {'b': 1}} }}", "{{ {'a': {'b': 1}}['a']['b'] }}",
    "  {{ 1 }}  \n  {% set y = 2 %}  \n  {{ y }}", "{% for i in list %}\n  {{ i }}\n{% endfor %}\n.",
    "{% for i in list -%}\n  {{ i }}\n{%- endfor %}\n.", "x\n\n   {%- if yes %}\n\n  y{% endif %}", "{", "{ {", "}}", "%}", "a{b}c",
    "\t{% if yes %}t{% endif %}", "\u00a0{% if yes %}t{% endif %}", "{% if yes -%}\u3000x{% endif %}", "\n", "", " ",
    "{{ 1 }}{# a #}\n{# b #}\nc", "{# a #}  {% if yes %}x{% endif %}", "{{ 1 }}  {% if yes %}x{% endif %}",
    "{% if yes %}a{% endif %}\n  {% if yes %}b{% endif %}",
]

LITERALS = [
    "{{ 1 }} {{ 1.5 }} {{ 'a' }} {{ \"b\" }} {{ true }} {{ True }} {{ none }} {{ None }} {{ false }}",
    "{{ 'a\\nb\\t\\'\\\"\\\\ \\x41 \\u00e9 \\U0001F600 \\d' }}", "{{ 'a' 'b' \"c\" }}", "{{ [1, 'a', none, 2.0, [true]] }}",
    "{{ (1, 2) }} {{ (1,) }} {{ () }} {{ (1) }}", "{{ {'a': 1, 'b': [2], } }}", "{{ {} }} {{ [] }}", "{{ 1, 2 }}", "{{ 1e3 }}",
    "{{ 1.0e-7 }}", "{{ -5 }} {{ +5 }} {{ - 5 }} {{ -n }} {{ +f }}", "{{ [quote] }}", "{{ quote }}", "{{ floats }}",
    "{{ floats | tojson }}", "{{ ['\\'', '\"', '\\'\"'] }}", "{{ map }}", "{{ [missing] }}", "{{ nested }}", "{{ 'a\\\nb' }}",
    "{{ 1.5.real }}", "{{ list.0 }}", "{{ map.a.c.2.d }}", "{{ 9223372036854775807 }}",
]

OPERATORS = [
    "{{ 1 + 2 * 3 - 4 }}", "{{ 7 / 2 }} {{ 6 / 2 }} {{ 7 // 2 }} {{ -7 // 2 }} {{ 7 // -2 }} {{ -7 % 3 }} {{ 7 % -3 }}",
    "{{ 7.5 // 2 }} {{ -7.5 % 2 }} {{ 7.5 % -2 }} {{ -0.0 // 1 }} {{ 6.0 % 3 }} {{ 1.0 // 0.1 }}", "{{ 1 / 0 }}", "{{ 1 // 0 }}",
    "{{ 1 % 0 }}", "{{ true + true }} {{ true * 3 }}", "{{ 'a' + 'b' }} {{ 'ab' * 2 }} {{ 2 * 'ab' }} {{ 'a' * -1 }}", "{{ [1] + [2] }}",
    "{{ (1,) + (2,) }}", "{{ [1] * 2 }}", "{{ [1] + (2,) }}", "{{ 'a' + 1 }}", "{{ 'a' ~ 1 ~ none ~ 1.0 ~ true ~ missing ~ [1] }}",
    "{{ 1 ~ 2 + 3 }}", "{{ 1 + 2 ~ 3 }}", "{{ 'a' ~ 'b' * 2 }}", "{{ missing + 1 }}", "{{ none + 1 }}", "{{ {} + {} }}",
    "{{ 1 < 2 }} {{ 1 < 2 < 3 }} {{ 3 > 2 > 2 }} {{ 1 == 1.0 }} {{ true == 1 }} {{ 'a' == 'a' }} {{ 'a' != \"b\" }}",
    "{{ 'a' < 'b' }} {{ 'Z' < 'a' }} {{ 'é' > 'z' }} {{ '' < 'a' }} {{ 'a' <= 'a' }} {{ 1.5 >= 1 }}", "{{ 'a' < 1 }}", "{{ none < 1 }}",
    "{{ [1, 2] == [1, 2.0] }} {{ [1] == (1,) }} {{ {'a': 1, 'b': 2} == {'b': 2, 'a': 1} }} {{ none == false }} {{ none == none }}",
    "{{ missing == missing }} {{ missing == none }} {{ missing != '' }}", "{{ 1 in list }} {{ 9 in list }} {{ 9 not in list }}",
    "{{ 'ell' in text }} {{ '' in text }} {{ 'x' not in text }}", "{{ 1 in text }}", "{{ 'b' in map }} {{ 'z' in map }} {{ 1 in map }}",
    "{{ 'x' in missing }} {{ 1 not in missing }}", "{{ 1 in none }}", "{{ 1 in 5 }}", "{{ not yes }} {{ not not 1 }} {{ not missing }}",
    "{{ 1 and 2 }} {{ 0 and 2 }} {{ 0 or 'x' }} {{ '' or none }} {{ 1 or missing.x }}", "{{ not 1 == 2 }}", "{{ not 'x' in text }}",
    "{{ 1 if yes else 2 }} {{ 1 if no else 2 }} [{{ 1 if no }}] {{ 1 if no else 2 if no else 3 }}", "{{ (1 if no) is defined }}",
    "{{ (1 if yes else 2) + 1 }}", "{{ 'a' if n > 5 and not no else 'b' }}", "{{ 1 == 1 and 2 == 2 or 1 / 0 }}", "{{ -f * 2 }}", "{{ --n }}",
    "{{ 0.1 + 0.2 }} {{ 1e308 * 10 }} {{ 10 / 3 }} {{ 3 * 1.0 }} {{ 2 - 0.5 }}", "{{ 1 if '' }}{{ 1 if 'a' }}{{ 1 if [] }}{{ 1 if {} }}{{ 1 if 0.0 }}",
    "{{ text % 1 }}", "{{ -text }}", "{{ (list|reverse) == (list|reverse) }}", "{{ range(3) == range(3) }}", "{{ n in range(8) }}",
]

ACCESS = [
    "{{ map.b }} {{ map['b'] }} {{ map.a.c[2]['d'] }}", "[{{ map.zzz }}] [{{ map['zzz'] }}] [{{ list[9] }}] [{{ list[-9] }}] [{{ list.x }}]",
    "{{ list[0] }} {{ list[-1] }} {{ text[1] }} {{ text[-2] }} {{ 'é'[0] }}", "{{ map.zzz.y }}", "{{ missing.y }}", "{{ missing['y'] }}",
    "{{ missing[0] }}", "[{{ none.x }}] [{{ n.x }}] [{{ n['x'] }}] [{{ n[0] }}]", "{{ map['items'] }} {{ map.items() | list }}",
    "{{ map.get('b') }} {{ map.get('q') }} {{ map.get('q', 4) }}", "{{ map.keys() | list }} {{ map.values() | list | length }}",
    "{{ map.items() | length }} {{ 'b' in map.keys() }} [{{ map.keys()[0] }}]", "{{ text[1:4] }}|{{ text[:-2] }}|{{ text[::2] }}|{{ text[::-1] }}",
    "{{ list[1:] }} {{ list[:1] }} {{ list[::-1] }} {{ list[5:] }} {{ list[-2:] }} {{ list[2:0:-1] }} {{ list[-9:9] }}", "{{ (1,2,3)[1:] }}",
    "{{ text[0:0] }}|{{ text[3:1] }}|{{ text[-3:] }}|{{ text[100:] }}|{{ text[:n] }}|{{ text[none:2] }}", "{{ list[::0] }}", "{{ list['a':] }}",
    "{{ none[1:] }}", "{{ missing[1:] }}", "{{ map[1:] }}", "{{ list[true] }}", "{{ list[1.0] }}|", "{{ map[1] }}|{{ map[none] }}|", "{{ map.é }}",
    "{{ map['é'] }}", "{{ 'x' if map['keys'] else 'y' }} {{ 'x' if map.get else 'y' }} {{ map.get is defined }}", "{{ map.get.zzz }}|",
    "{{ 'x' if text.title else 'y' }}", "{{ 'x' if list.append else 'y' }} {{ 'x' if (1,2).append else 'y' }}", "{{ range(9)[2] }} {{ range(9)[2:4] | list }}",
    "{{ 'x' if map.pop else 'y' }}{{ map.pop is defined }}{{ {'pop': 1}.pop }}|{{ {'pop': 1}['pop'] }}", "{{ map.pop.x }}", "{{ map.copy is defined }}{{ map.items is iterable }}",
    "{{ {'get': 1}.get is number }}{{ (list | select)[0] is defined }}", "{{ text[9223372036854775807] }}|{{ list[::9223372036854775807] }}|{{ list[-9223372036854775807:] }}",
]

STATEMENTS = [
    "{% for i in list %}{{ loop.index }}{{ loop.index0 }}{{ loop.first }}{{ loop.last }}{{ loop.length }}{{ loop.revindex }}{{ loop.revindex0 }};{% endfor %}",
    "{% for i in list %}{{ loop.previtem }}<{{ i }}>{{ loop.nextitem }};{% endfor %}", "{% for i in list %}{{ loop.previtem is defined }}{{ loop.nextitem is defined }}{% endfor %}",
    "{% for i in [] %}x{% else %}none{% endfor %}", "{% for i in list %}{{ i }}{% else %}none{% endfor %}", "{% for i in missing %}x{% else %}e{% endfor %}",
    "{% for i in none %}x{% endfor %}", "{% for i in 5 %}x{% endfor %}", "{% for c in 'aé😀' %}[{{ c }}]{% endfor %}", "{% for k in map %}{{ k }},{% endfor %}",
    "{% for k, v in map.items() %}{{ k }}={{ v }};{% endfor %}", "{% for k, v in map | items %}{{ k }}={{ v }};{% endfor %}",
    "{% for a, b in [[1, 2], 'xy', (3, 4)] %}{{ a }}{{ b }};{% endfor %}", "{% for a, b in [[1]] %}x{% endfor %}", "{% for a, (b, c) in [[1, [2, 3]]] %}{{ a }}{{ b }}{{ c }}{% endfor %}",
    "{% for i in list if i > 1 %}{{ i }}{{ loop.index }}{{ loop.last }}{{ loop.length }};{% endfor %}", "{% for i in list if i > 9 %}x{% else %}none{% endfor %}",
    "{% for i in list if i > 1 %}{{ loop.length }}{{ i }}{{ loop.revindex }};{% endfor %}", "{% for i in list if i > 1 %}{{ loop.nextitem }}{{ loop.length }};{% endfor %}",
    "{% set ns = namespace(stop=false) %}{% for i in list if not ns.stop %}{{ i }}{% set ns.stop = true %}{% endfor %}",
    "{% set ns = namespace(stop=false) %}{% for i in list if not ns.stop %}{{ i }}{{ loop.last }}{% set ns.stop = true %}{% endfor %}",
    "{% for i in list %}{% for j in list %}{{ loop.index }}{% endfor %}{{ loop.index }};{% endfor %}", "{% for i in list %}{% for j in [loop.index] %}{{ j }}{% endfor %}{% endfor %}",
    "{% for i in list %}{% for j in list if loop.first %}{{ i }}{{ j }} {% endfor %}{% endfor %}", "{% for i in list %}{{ loop.depth }}{{ loop.depth0 }}{% endfor %}",
    "{% for i in list %}{% if i == 1 %}{% continue %}{% endif %}{{ i }}{% endfor %}", "{% for i in list %}{% if i == 1 %}{% break %}{% endif %}{{ i }}{% endfor %}",
    "{% for i in list %}{% break %}{% else %}else{% endfor %}", "{% for i in list %}{% continue %}{% else %}else{% endfor %}", "{% for i in list %}{% if i == 2 %}{% break %}{% endif %}{% else %}else{% endfor %}",
    "{% set x = 1 %}{% for i in list %}{% set x = x + 1 %}{{ x }}{% endfor %}{{ x }}", "{% for i in list %}{% set y = i %}{% endfor %}[{{ y }}]", "{% if yes %}{% set y = 1 %}{% endif %}{{ y }}",
    "{% if no %}{% set n = 1 %}{% endif %}{{ n }}", "{% set n = n + 1 %}{{ n }}", "{% for i in list %}{{ n }}{% set n = 0 %}{{ n }}{% endfor %}{{ n }}",
    "{% set a, b = 1, 2 %}{{ a }}{{ b }}", "{% set a = 1, 2 %}{{ a }}", "{% set a, b = [1] %}", "{% set x %}a{{ n }}{% endset %}[{{ x }}]{{ x is string }}", "{% set x %}{% set z = 1 %}{% endset %}[{{ z }}]",
    "{% set ns = namespace(a=1, b='x') %}{% for i in list %}{% set ns.a = ns.a + i %}{% endfor %}{{ ns.a }}{{ ns.b }}[{{ ns.c }}]{{ ns['a'] }}", "{% set ns = namespace() %}{% set ns.x %}q{% endset %}{{ ns.x }}",
    "{% set map.x = 1 %}", "{% set q.x = 1 %}", "{% if no %}a{% elif yes %}b{% else %}c{% endif %}", "{% if no %}a{% elif no %}b{% else %}c{% endif %}", "{% if missing %}a{% endif %}", "{% if missing.x %}a{% endif %}",
    "{% if list, %}t{% endif %}", "{% macro m(a, b=2, c=a) %}{{ a }}{{ b }}{{ c }}{% endmacro %}{{ m(1) }} {{ m(1, 3) }} {{ m(1, c=5) }} {{ m(b=1, a=0) }} [{{ m() }}]", "{% macro m(a) %}x{% endmacro %}{{ m(1, 2) }}",
    "{% macro m(a) %}x{% endmacro %}{{ m(z=2) }}", "{% macro m(a) %}x{% endmacro %}{{ m(1, a=2) }}", "{% macro m(a) %}{{ a is defined }}{% endmacro %}{{ m() }}{{ m(none) }}",
    "{% macro f(n) %}{% if n > 0 %}{{ n }}{{ f(n - 1) }}{% endif %}{% endmacro %}{{ f(4) }}", "{% macro m() %}{{ x }}{% endmacro %}{% set x = 5 %}{{ m() }}", "{% macro m() %}{{ n }}{% set n = 1 %}{{ n }}{% endmacro %}{{ m() }}{{ n }}",
    "{% set x = 1 %}{% macro m(x) %}{{ x }}{% endmacro %}{% for i in list %}{{ m(i) }}{{ x }}{% endfor %}", "{% macro m() %} a {% endmacro %}[{{ m() | trim }}]{{ m() | length }}{{ m() is string }}", "{% for i in list %}{% macro m() %}{{ i }}{% endmacro %}{{ m() }}{% endfor %}",
    "{% macro a() %}{{ b() }}{% endmacro %}{% macro b() %}b{% endmacro %}{{ a() }}", "{{ m() if m is defined else 'no' }}{% macro m() %}x{% endmacro %}", "{{ raise_exception('words ' ~ n) }}", "{% if no %}{{ raise_exception('x') }}{% endif %}ok",
    "{% for i in list | sort %}{{ i }}{% endfor %}", "{% for i in list, 5 %}{{ i }}{% endfor %}", "{% for i in (1, 2) %}{{ i }}{% endfor %}", "{% for x in list if yes if no %}a{% endfor %}", "{% set x = yes if no else 3 %}{{ x }}",
    "{% for i in list %}{% set loop_first = loop.first %}{{ loop_first }}{% endfor %}", "{% macro m(l) %}{{ l.index }}{% endmacro %}{% for i in list %}{{ m(loop) }}{% endfor %}", "{% for i in map.a.c %}{{ i }}{% endfor %}",
]

FILTERS = [
    "[{{ text | trim }}] [{{ 'xxaxx' | trim('x') }}] [{{ none | trim }}] [{{ n | trim }}]", "{{ text | length }} {{ list | length }} {{ map | count }} {{ missing | length }} {{ '😀é' | length }}", "{{ none | length }}", "{{ n | length }}",
    "{{ text | upper }}{{ text | lower }}{{ 'ΑΣ ΑΣΑ Σ' | lower }}{{ 'straße ﬁ' | upper }}", "{{ 'hello wORLD (foo) [bar] a-b x_y 1st ǆ ΑΣ' | title }}", "{{ 'hELLO wORLD' | capitalize }} {{ 'ǆa' | capitalize }} {{ '' | capitalize }}{{ '' | title }}",
    "{{ map | tojson }}", "{{ map | tojson(indent=2) }}", "{{ [] | tojson(indent=2) }}{{ {} | tojson(indent=4) }}{{ [[], {}] | tojson(indent=1) }}", "{{ quote | tojson }}", "{{ quote | tojson(ensure_ascii=true) }}", "{{ '<b>&\\'' | tojson }}", "{{ [1, 2.0, none, true, 'x', (1, 2)] | tojson }}",
    "{{ nested | tojson(indent=3) }}", "{{ missing | tojson }}", "{{ range(3) | tojson }}", "{{ list | join(', ') }} {{ list | join }} {{ 'abc' | join('-') }} {{ people | join(',', attribute='name') }} {{ [] | join('x') }}", "{{ [1, none, missing, 'a'] | join('|') }}", "{{ none | join }}",
    "{{ list | first }} {{ list | last }} {{ text | first }} {{ 'aé' | last }} [{{ [] | first }}] [{{ '' | last }}] {{ map | first }} {{ map | last }} [{{ missing | first }}{{ missing | last }}]", "{{ none | first }}", "{{ (list | map('string')) | last }}",
    "{{ missing | default('d') }} {{ none | default('d') }} {{ none | default('d', true) }} {{ '' | default('d', boolean=true) }} [{{ missing | default }}] {{ missing | d(1) }} {{ 0 | default(default_value=3) }}", "{{ missing.x | default('d') }}", "{{ map.x.y | default(1) }}", "{{ (map.x).y | default(1) }}",
    "{{ 'abc' | list }} {{ map | list }} {{ (1, 2) | list }} {{ missing | list }} {{ range(3) | list }}", "{{ 5 | list }}", "{{ 5 | string + 'x' }} {{ none | string }} {{ [1] | string }} [{{ missing | string }}] {{ true | string }} {{ 1.0 | string }}",
    "{{ '42' | int }} {{ ' 42 ' | int }} {{ '-7' | int }} {{ '42.9' | int }} {{ 'x' | int }} {{ 'x' | int(9) }} {{ 4.9 | int }} {{ -4.9 | int }} {{ true | int }} {{ none | int }} {{ '1e3' | int }} {{ '' | int }} {{ '+5' | int }} {{ '.5' | int }} {{ '5.' | int }} {{ '--5' | int }} {{ [] | int }}", "{{ missing | int }}",
    "{{ 'aXbXc' | replace('X', '--') }} {{ 'aaa' | replace('a', 'b', 2) }} {{ 'abc' | replace('', '-') }} {{ 'abc' | replace('', '-', 2) }} {{ 'aaaa' | replace('aa', 'a') }} {{ 5 | replace(5, 6) }} {{ '' | replace('', 'x') }} {{ 'a' | replace('a', '') }}",
    "{{ people | selectattr('age', 'gt', 1) | map(attribute='name') | list }}", "{{ people | selectattr('tag') | list | length }}", "{{ people | rejectattr('tag') | map(attribute='name') | join }}", "{{ people | selectattr('tag', 'defined') | list | length }}", "{{ people | rejectattr('name', 'equalto', 'Bo') | map(attribute='name') | list }}",
    "{{ people | selectattr('tag.x', 'defined') | list | length }}", "{{ people | map(attribute='tag.x') | list }}", "{{ people[:2] | map(attribute='tag.x', default=0) | list }}", "{{ people | map(attribute='zz', default='?') | join }}", "{{ nested | map('length') | list }} {{ nested | map(attribute=0) | list }}",
    "{{ words | map('upper') | join }} {{ words | map('replace', 'a', 'z') | join }} {{ [' a '] | map('trim') | list }} {{ [1, 2] | map('string') | list }}", "{{ list | select('odd') | list }} {{ list | reject('odd') | list }} {{ [0, 1, ''] | select | list }} {{ [0, 1] | reject | list }} {{ list | select('in', [1, 9]) | list }}",
    "{{ list | selectattr('x') | list }}", "{{ people | selectattr('role', 'in', ['a']) | list }}", "{{ (people | selectattr('age')) | length }}", "{{ 'x' if people | selectattr('zz') else 'y' }}", "{{ people | selectattr('age', 'ge', 2) | first }}",
    "{% set g = list | select('odd') %}{{ g | list }}{{ g | list }}", "{% set g = list | select %}{{ g | first }}{{ g | list }}", "{% set g = list | select %}{{ 1 in g }}{{ g | list }}", "{% set g = list | select %}{% for i in g %}{{ i }}{{ loop.length }}{{ loop.last }}{% endfor %}{% for i in g %}again{% endfor %}",
    "{{ map | items | list }}", "{{ missing | items | list }}", "{{ list | items | list }}", "{{ list | reverse | list }} {{ 'aé😀' | reverse }} {{ map | reverse | list }} {{ (list | select) | reverse }} {{ 'x' if [] | reverse else 'y' }}", "{{ (list | reverse) | length }}", "{{ (list | reverse)[0] }}|",
    "{{ list | sort }} {{ words | sort }} {{ words | sort(case_sensitive=true) }} {{ words | sort(reverse=true) }} {{ list | sort(true) }}", "{{ people | sort(attribute='age') | map(attribute='name') | join }} {{ people | sort(attribute='name') | map(attribute='age') | join }}", "{{ [1, 'a'] | sort }}", "{{ map | sort }} {{ 'bca' | sort }} {{ [] | sort }}",
    "{{ [{'k': 1, 'v': 'a'}, {'k': 0, 'v': 'b'}, {'k': 1, 'v': 'c'}] | sort(attribute='k', reverse=true) | map(attribute='v') | join }}", "{{ words | unique | list }} {{ words | unique(case_sensitive=true) | list }} {{ [1, 1.0, true, 2] | unique | list }} {{ people | unique(attribute='age') | list | length }}",
    "{{ '<b>' | safe }}", "{{ ('<b>' | safe) + '<i>&\"\\'' }}", "{{ quote + '<' + (text | safe) + '>' }}", "{{ ('<' | safe) + ('>' | safe) }}", "{{ none | select | list }}{{ none | map('upper') | list }}{{ 0 | selectattr('a') | list }}{{ none | map(attribute='a') | join }}", "{{ ('<b>' | safe) is string }}{{ '<' ~ ('<b>' | safe) }}", "{{ text | trim | upper | length }}", "{{ -5 | string }}", "{{ 1 + 2 | string | length }}", "{{ 'a' ~ 'b' | upper }}", "{{ ('a' ~ 'b') | upper }}", "{{ not '' | length }}", "{{ 'a,b' | replace(',', ';') | list | join('.') }}",
    "{{ missing | upper }}|{{ missing | trim }}|{{ missing | replace('a', 'b') }}|", "{{ [[1, 2], [3]] | map('join', '-') | list }}", "{{ [none, 1] | map('default', 7, true) | list }}", "{{ 'a.b' | replace('.', '') }}", "{{ map.a | tojson | length }}",
]

TESTS = [
    "{{ n is defined }}{{ missing is defined }}{{ missing is undefined }}{{ missing is not defined }}{{ map.x is defined }}{{ map['b'] is defined }}", "{{ missing.x is defined }}", "{{ nothing is none }}{{ n is none }}{{ n is not none }}{{ missing is none }}",
    "{% for v in [1, 1.5, true, none, 'a', [], {}, (1,), range(2)] %}{{ v is string }},{{ v is mapping }},{{ v is iterable }},{{ v is sequence }},{{ v is number }},{{ v is integer }},{{ v is float }},{{ v is boolean }},{{ v is true }},{{ v is false }};{% endfor %}",
    "{{ missing is string }}{{ missing is mapping }}{{ missing is iterable }}{{ missing is sequence }}{{ missing is number }}{{ missing is boolean }}", "{{ map.items() is sequence }}{{ map.items() is iterable }}{{ (list | select) is iterable }}{{ (list | select) is sequence }}", "{{ no is false }}{{ 0 is false }}{{ 1 is true }}{{ yes is true }}",
    "{{ 1 is eq 1 }}{{ 1 is equalto(2) }}{{ 'a' is ne 'b' }}{{ 1 is lt 2 }}{{ 1 is le(1) }}{{ 2 is gt 1 }}{{ 2 is ge 3 }}{{ 2 is greaterthan 1 }}{{ 1 is lessthan 1 }}", "{{ 1 is in [1, 2] }}{{ 1 is not in list }}{{ 'a' is in 'abc' }}", "{{ 3 is odd }}{{ 3 is even }}{{ -3 is odd }}{{ 0 is even }}",
    "{{ n is defined and n is number }}{{ n is defined or 1 / 0 }}{{ 'x' if n is string else 'y' }}", "{{ not n is string }}{{ n is not string and yes }}", "{{ n is number | string }}", "{{ text | trim is string }}", "{{ n + 1 is number }}", "{{ 1 == 1 is boolean }}", "{{ range is defined }}{{ raise_exception is defined }}{{ namespace is defined }}{{ strftime_now is defined }}",
    "{{ -1 is number }}", "{{ n is divisibleby }}" if False else "{{ n is eq(7) }}", "{{ list is eq [3, 1, 2] }}", "{{ map is mapping and map is not sequence }}", "{{ loop is defined }}{% for i in list %}{{ loop is defined }}{{ loop is iterable }}{{ loop is mapping }}{% endfor %}",
]

METHODS = [
    "[{{ text.strip() }}] [{{ text.lstrip() }}] [{{ text.rstrip() }}] [{{ 'xyaxy'.strip('xy') }}] [{{ 'xa'.lstrip('x') }}] [{{ 'ax'.rstrip('x') }}] [{{ ' a '.strip(none) }}] [{{ 'a'.strip('') }}]", "[{{ '\\x1c\\x85 a\\u2003'.strip() }}]",
    "{{ 'abc'.startswith('ab') }}{{ 'abc'.endswith('bc') }}{{ 'abc'.startswith(('x', 'a')) }}{{ 'abc'.endswith('') }}{{ 'abc'.startswith('abcd') }}", "{{ 'abc'.startswith(1) }}", "{{ 'a,b,,c'.split(',') }} {{ ' a  b c '.split() }} {{ 'a,b,c'.split(',', 1) }} {{ ' a b  c '.split(none, 1) }} {{ ''.split() }} {{ ''.split(',') }} {{ 'aXXb'.split('XX') }} {{ 'a'.split(',', 0) }}",
    "{{ 'a'.split('') }}", "{{ lines.split('\\n') }}", "{{ 'aBc'.upper() }}{{ 'aBc'.lower() }}{{ 'hello wORLD it\\'s 1st'.title() }}{{ 'hELLO'.capitalize() }}", "{{ 'aab'.replace('a', 'x') }}{{ 'aab'.replace('a', 'x', 1) }}{{ 'ab'.replace('', '-') }}", "{{ 'a'.replace(1, 2) }}", "{{ ', '.join(['a', 'b']) }}{{ '-'.join('abc') }}{{ ''.join([]) }}", "{{ ','.join([1]) }}",
    "{{ map.items() | list }}", "{{ map.nope }}|", "{{ text.items() }}", "{{ map.upper() }}", "{{ none.strip() }}", "{{ missing.strip() }}", "{{ n.upper() }}", "{{ (text.strip()).upper().split(' ')[0][::-1] }}", "{{ 'a b'.split()[-1] }}", "{{ content.split('x') if content is defined else 'none' }}",
]

FUNCTIONS = [
    "{{ range(3) | list }}{{ range(1, 4) | list }}{{ range(5, 0, -2) | list }}{{ range(0) | list }}{{ range(3) | length }}", "{% for i in range(2) %}{{ i }}{% endfor %}", "{{ range(1, 2, 0) }}", "{{ range('a') }}", "{{ range(100001) | length }}", "{{ dict(a=1, b='x') }}{{ dict() }}{{ dict(a=1).a }}", "{{ namespace(a=1).a }}",
]

SNIPPETS = WHITESPACE + LITERALS + OPERATORS + ACCESS + STATEMENTS + FILTERS + TESTS + METHODS + FUNCTIONS
