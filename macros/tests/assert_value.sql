{#- Stop with a message unless a macro gave what was expected. -#}
{% macro assert_value(macro, got, expected) %}
    {% if differs(got, expected) %}
        {{ exceptions.raise_compiler_error(
            macro ~ ': got ' ~ got ~ ', expected ' ~ expected
        ) }}
    {% endif %}
{% endmacro %}
