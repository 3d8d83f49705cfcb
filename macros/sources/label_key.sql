{#- The form in which labels are compared that people write in more than one way: lower case, single
    spaces, every word without its plural. A long word loses its s (but not ss, us, is); ie becomes
    y, and the e of boxes, dishes and tomatoes goes, in the singular too, so that both come out the
    same. English; other plurals are left as they are. -#}
{% macro label_key(text) -%}
{%- set end = '([[:space:][:punct:]]|$)' -%}
{%- set plain = spaced_label(text) -%}
regexp_replace(
    regexp_replace(
        regexp_replace({{ plain }}, '([^ ]{2}[^ ''sui])s{{ end }}', '\1\2', 'g'),
        '([^ ]{2})ie{{ end }}', '\1y\2', 'g'
    ),
    '(x|ch|sh|ss|o)e{{ end }}', '\1\2', 'g'
)
{%- endmacro %}
