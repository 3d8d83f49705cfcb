with

labels as (

    select * from {{ ref('mrg_labels') }} where not is_fitted

),

assignments as (

    select * from {{ ref('mrg_assignments') }}

),

category_stores as (

    select * from {{ ref('pre_category_stores') }}

),

stores as (

    select * from {{ ref('stores') }}

),

{% for dataset in ['internal', 'external'] %}
{{ dataset }}_counts as (

    select
        treated.category,
        treated.store_id,
        count(*) as value_count,
        count(*) filter (where treated.is_imputed) as imputed_count
    from {{ ref('feat_' ~ dataset ~ '_treated') }} as treated
    inner join {{ ref('feat_' ~ dataset ~ '_scales') }} as scales
        on treated.category = scales.category and treated.feature = scales.feature
    where scales.is_used
    group by treated.category, treated.store_id

),

{% endfor %}
final as (

    select
        -- ids
        labels.category,
        labels.store_id,
        stores.store_name,

        -- labels
        cast(labels.internal_cluster_id as integer) as internal_cluster_id,
        cast(labels.external_cluster_id as integer) as external_cluster_id,
        labels.merged_label,
        cast(assignments.final_cluster_id as integer) as final_cluster_id,
        assignments.final_label,

        -- why it is not in the training set, and what is known of it
        category_stores.excluded_reason as reason,
        case
            when labels.external_cluster_id is null then 'internal_only'
            when labels.internal_cluster_id is null then 'external_only'
            else 'both'
        end as basis,
        assignments.is_known_label,
        cast(
            coalesce(internal_counts.value_count, 0) + coalesce(external_counts.value_count, 0)
            as integer
        ) as value_count,
        cast(
            coalesce(internal_counts.imputed_count, 0) + coalesce(external_counts.imputed_count, 0)
            as integer
        ) as imputed_count,

        -- how sure it is
        cast(assignments.distance as double) as distance,
        cast(assignments.second_cluster_id as integer) as second_cluster_id,
        cast(assignments.second_distance as double) as second_distance,
        cast(assignments.confidence as double) as confidence,

        {{ sql_text(invocation_id) }} as run_id
    from labels
    inner join assignments
        on labels.category = assignments.category and labels.store_id = assignments.store_id
    inner join category_stores
        on
            labels.category = category_stores.category
            and labels.store_id = category_stores.store_id
    inner join stores on labels.store_id = stores.store_id
    left join internal_counts
        on
            labels.category = internal_counts.category
            and labels.store_id = internal_counts.store_id
            and labels.internal_cluster_id is not null
    left join external_counts
        on
            labels.store_id = external_counts.store_id
            and external_counts.category = {{ external_category('labels.category') }}

)

select * from final
