{#- Rows whose value lies outside the limits (or is not a number). -#}
{% test within(model, column_name, minimum=none, maximum=none) %}

select {{ column_name }}
from {{ model }}
where
    isnan(cast({{ column_name }} as double))
    {% if minimum is not none %}or {{ column_name }} < {{ minimum }}{% endif %}
    {% if maximum is not none %}or {{ column_name }} > {{ maximum }}{% endif %}

{% endtest %}
