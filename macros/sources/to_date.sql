{#- A value of a type as a date; null if it is none. A text is written in the given format of strptime,
    else as 2025-01-06, alone (the usual case, which is the fastest) or as the beginning of a timestamp. -#}
{% macro to_date(value, type='VARCHAR', format=none) -%}
{%- if type in ['DATE', 'TIMESTAMP', 'TIMESTAMP WITH TIME ZONE', 'TIMESTAMP_S', 'TIMESTAMP_MS', 'TIMESTAMP_NS'] -%}
try_cast({{ value }} as date)
{%- elif format -%}
cast(try_strptime(trim(cast({{ value }} as varchar)), {{ sql_text(format) }}) as date)
{%- else -%}
{%- set text = 'cast(' ~ value ~ ' as varchar)' -%}
{%- set trimmed = 'trim(' ~ text ~ ')' -%}
case
    when {{ text }} like '____-__-__' then try_cast({{ text }} as date)
    when {{ trimmed }} like '____-__-__' or {{ trimmed }} like '____-__-__ %' or {{ trimmed }} like '____-__-__T%'
        then try_cast(substr({{ trimmed }}, 1, 10) as date)
end
{%- endif -%}
{%- endmacro %}
