-- A thin store is where store_scores puts it, by its external data alone or by a person, and every store that the
-- settings want there is: it is planned for, and its external data speak for a cluster.
{% set takes_thin = setting('merging.thin_stores') == 'external_only' %}
with

expected as (

    select scores.*
    from {{ ref('store_scores') }} as scores
    inner join {{ ref('pre_category_stores') }} as category_stores
        on
            scores.category = category_stores.category
            and scores.store_id = category_stores.store_id
    where category_stores.is_planned and scores.basis = 'external_only' and {{ takes_thin }}

),

found as (

    select * from {{ ref('store_clusters') }} where thin_reason is not null

)

select
    coalesce(expected.category, found.category) as category,
    coalesce(expected.store_id, found.store_id) as store_id
from expected
full join found on expected.category = found.category and expected.store_id = found.store_id
where
    found.store_id is null
    or found.assignment_basis not in ('external_only', 'override')
    or (found.is_reassigned and found.assignment_basis <> 'override')
    or found.internal_cluster_id is not null
    or found.external_cluster_id is distinct from expected.external_cluster_id
    or found.final_cluster_id is distinct from expected.final_cluster_id
    or found.thin_reason is distinct from expected.reason
    or found.distance is distinct from expected.distance
    or found.second_cluster_id is distinct from expected.second_cluster_id
    or found.second_distance is distinct from expected.second_distance
    or found.confidence is distinct from expected.confidence
