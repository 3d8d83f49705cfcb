{#- What the settings divide clusters by. Case and outer spaces do not count; of several ways to write a
    value the one that sorts first stands. A store without a value is in a group of its own. -#}
{% set merging = setting('merging') %}
{% set splits = {'before_value': merging.split_before, 'after_value': merging.split_after} %}
with

stores as (

    select * from {{ ref('pre_stores') }}

),

attributes as (

    select * from {{ ref('pre_store_attributes') }}

),

{% for column, attribute in splits.items() if attribute %}
{{ column }}s as (

    select
        stores.store_id,
        coalesce(trim(attributes.value), 'unknown') as written
    from stores
    left join attributes
        on stores.store_id = attributes.store_id and attributes.attribute = {{ sql_text(attribute) }}

),
{% endfor %}

spelt as (

    select
        stores.store_id
        {%- for column, attribute in splits.items() %},
        {% if attribute %}
        min({{ column }}s.written) over (partition by {{ match_key(column ~ 's.written') }}) as {{ column }}
        {%- else %}
        cast(null as varchar) as {{ column }}
        {%- endif %}
        {%- endfor %}

    from stores
    {% for column, attribute in splits.items() if attribute %}
    inner join {{ column }}s on stores.store_id = {{ column }}s.store_id
    {% endfor %}
    where {{ stores_are_known(ref('pre_stores'), group_stores()) }}

),

-- of two values the first has to end where it ends: a / in it is written as JSON pointers do
ended as (

    select
        store_id,
        {% if merging.split_before and merging.split_after %}
        replace(replace(before_value, '~', '~0'), '/', '~1') as before_value,
        {% else %}
        before_value,
        {% endif %}
        after_value
    from spelt

),

final as (

    select
        store_id,
        before_value,
        after_value,
        -- what stands behind the first / of a final label
        coalesce(before_value || '/' || after_value, before_value, after_value) as split_value
    from ended

)

select * from final
