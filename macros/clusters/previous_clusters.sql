{#- The clusters of one kind (dataset internal, external or final) that were published last, by the
    category that their ids are unique in. What the registry does not know as active in that category
    is left out, such as external clusters of all categories where each now has its own. -#}
{% macro previous_clusters(dataset) %}
{% set category = external_category('category') if dataset == 'external' else 'category' %}
with

store_clusters as (

    select * from {{ source('history', 'store_clusters') }}

),

registry as (

    select * from {{ source('history', 'cluster_registry') }}

),

clusters as (

    select distinct
        {{ category }} as category,
        store_id,
        {{ dataset }}_cluster_id as cluster_id
    from store_clusters
    where {{ dataset }}_cluster_id is not null

),

final as (

    select
        clusters.category,
        clusters.store_id,
        clusters.cluster_id
    from clusters
    inner join registry
        on
            clusters.category = registry.category
            and clusters.cluster_id = registry.cluster_id
            and registry.dataset = '{{ dataset }}'
            and registry.status = 'active'

)

select * from final
{% endmacro %}
