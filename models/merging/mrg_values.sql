{#- What is known of the stores of a category, in the units of the data: their shares of the sales and
    the values of the feeds. -#}
with

members as (

    select
        category,
        store_id,
        final_cluster_id
    from {{ ref('mrg_members') }}

),

internal as (

    select * from {{ ref('pre_internal_values') }}

),

external as (

    select * from {{ ref('pre_external_values') }}

),

feature_values as (

    select
        members.category,
        members.store_id,
        members.final_cluster_id,
        'internal' as dataset,
        internal.feature,
        internal.is_transformed as is_share,
        internal.value
    from members
    inner join internal
        on members.category = internal.category and members.store_id = internal.store_id
    union all
    select
        members.category,
        members.store_id,
        members.final_cluster_id,
        'external' as dataset,
        external.feature,
        false as is_share,
        external.value
    from members
    inner join external
        on
            members.store_id = external.store_id
            and external.category = {{ external_category('members.category') }}

),

selections as (

    select
        'internal' as dataset,
        category,
        feature,
        is_used
    from {{ ref('feat_internal_selection') }}
    union all
    select
        'external' as dataset,
        category,
        feature,
        is_used
    from {{ ref('feat_external_selection') }}

),

final as (

    select
        -- ids
        feature_values.category,
        feature_values.store_id,
        feature_values.final_cluster_id,
        feature_values.dataset,
        feature_values.feature,

        -- what it is
        feature_values.is_share,
        coalesce(selections.is_used, false) as is_used,
        feature_values.value
    from feature_values
    left join selections
        on
            feature_values.dataset = selections.dataset
            and feature_values.feature = selections.feature
            and selections.category = case
                when feature_values.dataset = 'internal' then feature_values.category
                else {{ external_category('feature_values.category') }}
            end
    where feature_values.value is not null

)

select * from final
