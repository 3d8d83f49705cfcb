{#- The name of a need state, which is the name of its feature. One that is called like an extra
    feature of the settings stops the build: two features under one name would be one. -#}
{% macro feature_of_need_state(need_state, category) -%}
{%- set names = [] -%}
{%- for key, is_asked in setting('internal.extra_features').items() if is_asked -%}
    {%- do names.append(key | replace('_', ' ')) -%}
{%- endfor -%}
case
    when {{ need_state }} in {{ sql_texts(names) }}
        then error(
            'The need state ''' || {{ need_state }} || ''' of the category ''' || {{ category }}
            || ''' is called like an extra feature: rename it in the product list, or set '
            || 'internal.extra_features.' || replace({{ need_state }}, ' ', '_') || ' to false'
        )
    else {{ need_state }}
end
{%- endmacro %}
