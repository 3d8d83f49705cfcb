{#- A column of numbers or dates, before it is read as such: as it stands in the source, but null where a
    marker of quality.missing_markers is itself a number (-999). What is not a number or a date need not
    be looked for: it becomes null when it is read. -#}
{% macro column_value(column, type='VARCHAR') -%}
    {%- set value = column_sql(column) -%}
    {%- set numbers = [] -%}
    {%- for marker in setting('quality.missing_markers') or []
            if modules.re.match('^[+-]?[0-9]+([.][0-9]+)?$', marker) -%}
        {%- do numbers.append(marker) -%}
    {%- endfor -%}
    {%- if not numbers or type.startswith('DATE') or type.startswith('TIMESTAMP') -%}
        {{ value }}
    {%- elif type == 'VARCHAR' -%}
        case
            when not list_contains({{ sql_list(numbers) }}, trim(cast({{ value }} as varchar))) then {{ value }}
        end
    {%- else -%}
        case when {{ value }} not in ({{ numbers | join(', ') }}) then {{ value }} end
    {%- endif -%}
{%- endmacro %}
