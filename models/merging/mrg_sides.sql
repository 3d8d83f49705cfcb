{#- A store without external data in a chain that has some has the part that is the usual one of its
    internal cluster; in a chain without any all have the part 0. A store that is not fitted may have no
    internal cluster: its part is the usual one of its external cluster, and none if no store is in
    that. -#}
with

sides as (

    select * from {{ ref('mrg_known_sides') }}

),

cells as (

    select * from {{ ref('mrg_cells') }}

),

final as (

    select
        -- ids
        sides.category,
        sides.store_id,
        sides.internal_cluster_id,
        sides.external_cluster_id,

        -- what is known of it
        sides.is_fitted,
        sides.is_thin,

        -- how it got there
        sides.assignment_basis,
        sides.is_noise,
        sides.is_left_out,

        -- the parts of the cross label
        coalesce(sides.internal_part, of_external.internal_part) as internal_part,
        coalesce(sides.external_part, of_internal.external_part, 0) as external_part
    from sides
    left join cells as of_internal
        on
            sides.category = of_internal.category
            and sides.internal_part = of_internal.internal_part
            and of_internal.is_usual_of_internal
    left join cells as of_external
        on
            sides.category = of_external.category
            and sides.external_part = of_external.external_part
            and of_external.is_usual_of_external

)

select * from final
