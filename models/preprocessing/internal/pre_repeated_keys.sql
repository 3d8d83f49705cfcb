{#- Keys that more than one accepted sales row has. The hash is enough here: two different keys may share
    one, and pre_faulty_sales looks at the keys themselves. Nothing is read where nothing may repeat. -#}
{% set sales = setting('sources.sales') %}
{% set is_needed = has_rows(ref('pre_suspect_texts'), 'may_repeat') %}

with

{% if sales.unique_by %}
raw as (

    select * from ({{ source_rows(sales, is_numbered=false) }}) where {{ is_needed }}

),

suspects as (

    {{ type_sales(
        'raw', is_numbered=false, condition=is_suspect(ref('pre_suspect_texts'), 'may_repeat')
    ) }}

),

final as (

    select {{ row_hash(sales.unique_by) }} as key_hash
    from suspects
    where rejected_reason is null and {{ sales.unique_by | join(' is not null and ') }} is not null
    group by key_hash
    having count(*) > 1

)
{% else %}
final as (

    select cast(null as ubigint) as key_hash where false

)
{% endif %}

select * from final
