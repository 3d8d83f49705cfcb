{#- Whether an external feature, by the name the settings give it, counts in a category: a category that
    external.category_features lists has only the features listed there. -#}
{% macro is_relevant(category, name) -%}
(true
{%- for listed, names in setting('external.category_features').items() %}
    and ({{ category }} <> {{ sql_text(listed) }} or {{ name }} in {{ sql_texts(names) }})
{%- endfor %})
{%- endmacro %}
