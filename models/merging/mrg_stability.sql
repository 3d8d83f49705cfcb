{#- How many stores of each category are in another final cluster than in the run before, and how many of
    these stood on the border, where a little is enough. -#}
with

known_stores as (

    select * from {{ source('history', 'store_clusters') }}

),

previous as (

    select * from {{ ref('mrg_previous') }}

),

placements as (

    select * from {{ ref('mrg_assignments') }} where is_fitted or is_thin

),

agreement as (

    select * from {{ ref('mrg_agreement') }}

),

previous_run as (

    select
        max(known_stores.run_id) as run_id,
        count(*) as store_count
    from previous
    inner join known_stores
        on
            previous.category = known_stores.category
            and previous.store_id = known_stores.store_id

),

stores as (

    select
        coalesce(placements.category, previous.category) as category,
        placements.store_id is not null as is_now,
        previous.store_id is not null as was_then,
        placements.final_cluster_id <> previous.cluster_id as is_moved,
        least(placements.confidence, known_stores.confidence) < 0.1 as is_border
    from placements
    full outer join previous
        on
            placements.category = previous.category
            and placements.store_id = previous.store_id
    left join known_stores
        on
            previous.category = known_stores.category
            and previous.store_id = known_stores.store_id

),

counts as (

    select
        category,
        count(*) filter (where was_then) as previous_store_count,
        count(*) filter (where is_now and was_then) as shared_store_count,
        count(*) filter (where not was_then) as new_store_count,
        count(*) filter (where not is_now) as gone_store_count,
        count(*) filter (where is_moved) as moved_store_count,
        count(*) filter (where is_moved and is_border) as border_store_count
    from stores
    group by category
    having count(*) filter (where is_now) > 0

),

final as (

    select
        counts.category,
        previous_run.run_id as previous_run_id,
        counts.shared_store_count,
        counts.new_store_count,
        counts.gone_store_count,
        case when counts.shared_store_count > 0 then counts.moved_store_count end as moved_store_count,
        {{ safe_divide('counts.moved_store_count', 'counts.shared_store_count') }} as moved_share,
        {{ safe_divide('counts.border_store_count', 'counts.moved_store_count') }} as border_share,
        1 - {{ safe_divide('counts.border_store_count', 'counts.moved_store_count') }} as core_share,
        agreement.adjusted_rand,
        agreement.adjusted_mutual_information,
        case
            when previous_run.store_count = 0
                then 'the first published run: nothing to compare'
            when counts.previous_store_count = 0
                then 'the run before did not have this category: nothing to compare'
            when counts.shared_store_count = 0
                then 'no store has a cluster in both runs: nothing to compare'
            else
                cast(counts.moved_store_count as varchar) || ' of the '
                || cast(counts.shared_store_count as varchar) || ' stores of both runs moved'
        end as note
    from counts
    cross join previous_run
    left join agreement on counts.category = agreement.category

)

select * from final
