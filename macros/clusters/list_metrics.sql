{#- A table with one column per metric as one row per metric; what is not defined has no row. -#}
{% macro list_metrics(relation, keys, metrics) %}
with

measures as (

    select * from {{ relation }}

),

final as (

    {% for metric in metrics %}
    select
        {% for key in keys %}
        {{ key }},
        {% endfor %}
        '{{ metric }}' as metric,
        cast({{ metric }} as double) as value
    from measures
    where {{ metric }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from final
{% endmacro %}
