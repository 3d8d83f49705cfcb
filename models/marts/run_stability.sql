with

final as (

    select
        category,
        previous_run_id,
        cast(shared_store_count as integer) as shared_store_count,
        cast(new_store_count as integer) as new_store_count,
        cast(gone_store_count as integer) as gone_store_count,
        cast(moved_store_count as integer) as moved_store_count,
        cast(moved_share as double) as moved_share,
        cast(border_share as double) as border_share,
        cast(core_share as double) as core_share,
        cast(adjusted_rand as double) as adjusted_rand,
        cast(adjusted_mutual_information as double) as adjusted_mutual_information,
        note,
        {{ sql_text(invocation_id) }} as run_id
    from {{ ref('mrg_stability') }}

)

select * from final
