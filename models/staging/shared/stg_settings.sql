{% set rows = flatten_settings(settings()) %}

{% for key, value in rows %}
select
    {{ sql_text(key) }} as key,
    {{ sql_text(value) }} as value
{{ 'union all' if not loop.last }}
{% endfor %}
