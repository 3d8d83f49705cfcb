{#- Every build adds the parameters it found, once. -#}
{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false, on_schema_change='append_new_columns') }}

select * from {{ ref('model_parameters') }}
{% if is_incremental() %}
where run_id not in (select run_id from {{ this }})
{% endif %}
