with

final as (

    select
        -- ids
        category,
        stage,
        store_id,
        cluster,

        -- numerics
        cast(silhouette as double) as silhouette,
        cast(simplified_silhouette as double) as simplified_silhouette
    from {{ ref('mrg_silhouettes') }}

)

select * from final
