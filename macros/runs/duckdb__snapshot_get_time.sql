{#- The time that snapshots write down: when the run began, in UTC, as the table runs has it. -#}
{% macro duckdb__snapshot_get_time() -%}
cast({{ sql_text(run_started_at.strftime('%Y-%m-%d %H:%M:%S.%f')) }} as timestamp)
{%- endmacro %}
