with

refused as (

    {% for source, relation in [
        ('sales', 'pre_refused_sales'), ('products', 'stg_products'), ('stores', 'stg_stores'),
        ('overrides', 'stg_overrides')
    ] %}
    select
        '{{ source }}' as source,
        file,
        line,
        rejected_reason,
        cast(null as varchar) as detail,
        raw
    from {{ ref(relation) }}
    where rejected_reason is not null
    union all
    {% endfor %}
    select
        feed as source,
        file,
        line,
        rejected_reason,
        detail,
        raw
    from {{ ref('stg_feed_rows') }}
    where rejected_reason is not null

),

final as (

    select
        source,
        file,
        cast(line as bigint) as line,
        rejected_reason as reason,
        detail,
        raw
    from refused

)

select * from final
