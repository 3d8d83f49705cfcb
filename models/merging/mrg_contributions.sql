{#- What each feature says about a store's own cluster against the next one: how much farther from the
    second centroid than from its own the store is on it, squared, in the features as the models saw
    them, with the sides weighted as in the space of the final clusters. -#}
with

assignments as (

    select
        category,
        store_id,
        final_cluster_id,
        second_cluster_id
    from {{ ref('mrg_assignments') }}

),

labels as (

    select * from {{ ref('mrg_labels') }} where is_fitted

),

features_of_sides as (

    {{ gather_sides(
        'labels',
        feature_positions(ref('feat_internal_scaled')), feature_positions(ref('feat_external_scaled'))
    ) }}

),

axes_of_features as (

    {{ measure_axes('features_of_sides') }}

),

positions_of_stores as (

    {{ place_stores('labels', 'features_of_sides', 'axes_of_features') }}

),

centroids as (

    {{ average_positions('positions_of_stores', ref('mrg_members'), 'final_cluster_id') }}

),

differences as (

    select
        positions_of_stores.category,
        positions_of_stores.store_id,
        positions_of_stores.dimension,
        round(
            power(positions_of_stores.value - second.value, 2)
            - power(positions_of_stores.value - own.value, 2),
            12
        ) as difference
    from positions_of_stores
    inner join assignments
        on
            positions_of_stores.category = assignments.category
            and positions_of_stores.store_id = assignments.store_id
    inner join centroids as own
        on
            assignments.category = own.category
            and assignments.final_cluster_id = own.cluster_id
            and positions_of_stores.dimension = own.dimension
    inner join centroids as second
        on
            assignments.category = second.category
            and assignments.second_cluster_id = second.cluster_id
            and positions_of_stores.dimension = second.dimension

),

totals as (

    select
        category,
        store_id,
        {{ exact_sum('abs(difference)') }} as total
    from differences
    group by category, store_id

),

ranked as (

    select
        differences.category,
        differences.store_id,
        axes_of_features.side as dataset,
        axes_of_features.component as feature,
        round({{ safe_divide('differences.difference', 'totals.total') }}, 9) as contribution
    from differences
    inner join totals
        on differences.category = totals.category and differences.store_id = totals.store_id
    inner join axes_of_features
        on
            differences.category = axes_of_features.category
            and differences.dimension = axes_of_features.dimension

),

final as (

    select
        *,
        row_number() over (
            partition by category, store_id
            order by abs(contribution) desc, dataset desc, feature
        ) as rank
    from ranked
    where contribution <> 0
    qualify rank <= 5

)

select * from final
