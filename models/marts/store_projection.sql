with

final as (

    {% for dataset, model in [
        ('internal', ref('ml_internal_projection')),
        ('external', ref('ml_external_projection')),
        ('joint', ref('mrg_projection')),
    ] %}
    select
        category,
        '{{ dataset }}' as dataset,
        method,
        store_id,
        cast(x as double) as x,
        cast(y as double) as y,
        cast(z as double) as z
    from {{ model }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from final
