{#- A view: the positions are tables already, and a copy for each stage would be the largest table. -#}
{{ config(materialized='view') }}
with

stages as (

    select * from {{ ref('mrg_stages') }}

),

internal as (

    select * from {{ ref('ml_internal_components') }}

),

external as (

    select * from {{ ref('ml_external_components') }}

),

space as (

    select * from {{ ref('mrg_space') }}

),

final as (

    select
        stages.category,
        stages.stage,
        stages.store_id,
        stages.cluster,
        cast(internal.component as varchar) as dimension,
        internal.value
    from stages
    inner join internal
        on stages.category = internal.category and stages.store_id = internal.store_id
    where stages.stage = 'internal'
    union all
    select
        stages.category,
        stages.stage,
        stages.store_id,
        stages.cluster,
        cast(external.component as varchar) as dimension,
        external.value
    from stages
    inner join external
        on
            stages.store_id = external.store_id
            and external.category = {{ external_category('stages.category') }}
    where stages.stage = 'external'
    union all
    select
        stages.category,
        stages.stage,
        stages.store_id,
        stages.cluster,
        space.dimension,
        space.value
    from stages
    inner join space
        on stages.category = space.category and stages.store_id = space.store_id
    where stages.stage in ('merged', 'final')

)

select * from final
