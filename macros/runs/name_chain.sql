{#- A chain in words, by its sales source. -#}
{% macro name_chain(sales, sample_files) %}
    {{ return(
        'the sample chain' if sales.files == sample_files
        else 'the chain whose sales are in ' ~ (sales.files or sales.relation)
    ) }}
{% endmacro %}
