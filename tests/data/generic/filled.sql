{#- Rows in which one of the columns is empty. One test for all columns, since each test costs a query. -#}
{% test filled(model, columns) %}

select {{ columns | join(', ') }}
from {{ model }}
where {% for column in columns %}{{ column }} is null{{ ' or ' if not loop.last }}{% endfor %}

{% endtest %}
