{#- One setting by its path, such as setting('internal.scale.method'). -#}
{% macro setting(path) %}
    {% set here = namespace(value=settings()) %}
    {% for step in path.split('.') %}
        {% if here.value is not mapping or step not in here.value %}
            {{ exceptions.raise_compiler_error('there is no setting ' ~ path) }}
        {% endif %}
        {% set here.value = here.value[step] %}
    {% endfor %}
    {{ return(here.value) }}
{% endmacro %}
