{#- True unless two values are equal and of one kind: in Python 1 equals true. -#}
{% macro differs(got, expected) %}
    {{ return(got != expected or (got is boolean) != (expected is boolean)) }}
{% endmacro %}
