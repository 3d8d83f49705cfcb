with

refused as (

    {% for source in ['sales', 'products', 'stores'] %}
    select
        '{{ source }}' as source,
        file,
        line,
        rejected_reason,
        raw
    from {{ ref('stg_' ~ source) }}
    where rejected_reason is not null
    union all
    {% endfor %}
    select
        feed as source,
        file,
        line,
        rejected_reason,
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
        raw
    from refused

)

select * from final
