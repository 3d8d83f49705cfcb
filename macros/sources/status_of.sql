{#- The status that a text of the store list stands for; null if the settings do not map it. -#}
{% macro status_of(text, statuses) -%}
case lower({{ text }})
    {% for status, texts in statuses.items() %}
    {% for known in texts %}
    when {{ sql_text(known | trim | lower) }} then {{ sql_text(status) }}
    {% endfor %}
    {% endfor %}
end
{%- endmacro %}
