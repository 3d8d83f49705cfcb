with

positions as (

    select * from {{ ref('mrg_stage_positions') }}

),

final as (

    select
        category,
        stage,
        cluster,
        dimension,
        {{ exact_mean('value') }} as value
    from positions
    group by category, stage, cluster, dimension

)

select * from final
