{#- A store without external data in a chain that has some has the part that is the usual one of its
    internal cluster; in a chain without any all have the part 0. -#}
with

sides as (

    select * from {{ ref('mrg_known_sides') }}

),

cells as (

    select * from {{ ref('mrg_cells') }} where is_usual_of_internal

),

final as (

    select
        -- ids
        sides.category,
        sides.store_id,
        sides.internal_cluster_id,
        sides.external_cluster_id,

        -- how it got there
        sides.assignment_basis,
        sides.is_noise,
        sides.is_left_out,

        -- the parts of the cross label
        sides.internal_part,
        coalesce(sides.external_part, cells.external_part, 0) as external_part
    from sides
    left join cells
        on
            sides.category = cells.category
            and sides.internal_part = cells.internal_part

)

select * from final
