{#- The settings say which stores, and stores of which statuses, are kept out of clustering. A text that
    they do not map says nothing: its store has no status and is clustered as any other. -#}
{% set excluded_stores = setting('merging.excluded_stores') %}
with

stores as (

    select * from {{ ref('pre_stores') }}

),

listed as (

    select * from {{ ref('stg_stores') }} where rejected_reason is null

),

final as (

    select
        -- ids
        stores.store_id,

        -- what the store list says
        listed.status_text,
        listed.status,

        -- why it is not clustered, if so
        case
            when stores.store_id in {{ sql_texts(excluded_stores) }}
                then 'excluded by merging.excluded_stores'
            when listed.status in {{ sql_texts(setting('quality.excluded_statuses')) }}
                then
                    case listed.status
                        when 'closed' then 'the store is closed'
                        when 'new' then 'the store is new'
                        when 'pilot' then 'the store is a pilot'
                        when 'excluded' then 'the store is excluded by the settings'
                    end
        end as excluded_reason
    from stores
    left join listed on stores.store_id = listed.store_id
    where {{ stores_are_known(ref('pre_stores'), {'merging.excluded_stores': excluded_stores}) }}

)

select * from final
