with

final as (

    select
        -- ids
        category,
        cast(final_cluster_id as integer) as final_cluster_id,
        cast(rule_number as integer) as rule_number,

        -- the rule
        rule,

        -- how well it describes the cluster
        cast("precision" as double) as "precision",
        cast(recall as double) as recall,
        cast(store_count as integer) as store_count,
        cast(rules_precision as double) as rules_precision,
        cast(rules_recall as double) as rules_recall
    from {{ ref('mrg_rules') }}

)

select * from final
