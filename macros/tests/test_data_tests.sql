{#- The data tests of our own find each fault, say which it is, and let everything else pass. -#}
{% macro test_data_tests() %}
    {% set key = ['store', 'product'] %}
    {% for fault, expected, rows in [
        ('no fault', none, "('s1', 'p1', 1), ('s1', 'p2', 1), ('s2', 'p1', 1)"),
        (
            'a doubled key', 's1 p1 2: several rows have this key',
            "('s1', 'p1', 1), ('s1', 'p2', 1), ('s1', 'p1', 2)"
        ),
        ('a null in the key', 's1 null 1: no value in product', "('s1', null, 1), ('s1', 'p2', 1)"),
        ('a null in a filled column', 's1 p2 1: no value in amount', "('s1', 'p1', 1), ('s1', 'p2', null)"),
        (
            'both', 's1 p1 2: several rows have this key; no value in amount',
            "('s1', 'p1', 1), ('s1', 'p1', null), ('s1', 'p2', 1)"
        ),
        (
            'two faulty keys', 'null p1 1: no value in store, s1 p1 2: several rows have this key',
            "('s1', 'p1', 1), ('s1', 'p1', 2), (null, 'p1', 1)"
        )
    ] %}
        {% set model = '(select * from (values ' ~ rows ~ ') as given (store, product, amount))' %}
        {% do assert_sql(
            'keyed with ' ~ fault,
            "string_agg(
                concat(coalesce(store, 'null'), ' ', coalesce(product, 'null'), ' ', rows_of_key, ': ', fault),
                ', ' order by store nulls first, product
            )",
            expected, '(' ~ test_keyed(model, key, ['amount']) ~ ')'
        ) %}
    {% endfor %}

    {% for rows, expected in [
        ("('s1', 'p1', null), ('s1', null, null)", none),
        ("('s1', null, 1), ('s1', null, 2)", 'several rows have this key'),
        ("(null, null, 1)", 'no value in store')
    ] %}
        {% set model = '(select * from (values ' ~ rows ~ ') as given (store, product, amount))' %}
        {% do assert_sql(
            'keyed with a nullable column of the key', 'string_agg(fault)', expected,
            '(' ~ test_keyed(model, key, nullable=['product']) ~ ')'
        ) %}
    {% endfor %}
{% endmacro %}
