{#- The formulas that several models share. -#}
{% macro test_statistics() %}
    {% for numerator, denominator, ratio in [
        ('3e0', '2', '1.5'), ('0e0', '2', '0.0'), ('-3e0', '2', '-1.5'), ('3e0', '0', none), ('0e0', '0', none),
        ('null', '2', none), ('3e0', 'null', none), ('1e0 + 2', '1 + 1', '1.5')
    ] %}
        {% do assert_sql(
            'safe_divide of ' ~ numerator ~ ' by ' ~ denominator, safe_divide(numerator, denominator), ratio
        ) %}
    {% endfor %}

    {% for value, is_share, text in [
        ('0.12345e0', 'true', '12.3 %'), ('0e0', 'true', '0.0 %'), ('1234567.8e0', 'false', '1,234,568'),
        ('-250.4e0', 'false', '-250'), ('12.345e0', 'false', '12.3'), ('1.256e0', 'false', '1.26'),
        ('0e0', 'false', '0.00'), ('0.012345e0', 'false', '0.0123'), ('1e20', 'false', '1e+20'),
        ('cast(null as double)', 'false', none)
    ] %}
        {% do assert_sql('say_number of ' ~ value, say_number(value, is_share), text) %}
    {% endfor %}

    {#- 0.1 + 0.2 + 0.3 is 0.6000000000000001 from the left and 0.6 from the right -#}
    {% set numbers = '(values (1, 0.1e0), (2, 0.2e0), (3, 0.3e0), (4, null)) as numbers (n, x)' %}
    {% set add = 'list_reduce(list(x ORDER) filter (where x > 0), lambda a, b: a + b)' %}
    {% set from_left = sql_result(add | replace('ORDER', 'order by n'), numbers) %}
    {% set from_right = sql_result(add | replace('ORDER', 'order by n desc'), numbers) %}
    {% do assert_value('a plain sum depends on the order', from_left == from_right, false) %}
    {% for order in ['n', 'n desc'] %}
        {% do assert_sql(
            'exact_sum', exact_sum('x'), '0.6', '(select * from ' ~ numbers ~ ' order by ' ~ order ~ ')'
        ) %}
    {% endfor %}
    {% do assert_sql(
        'exact_sum', exact_sum('x'), '-1.5', '(values (-2e0), (0.5e0), (null)) as numbers (x)'
    ) %}
    {% do assert_sql(
        'exact_sum of nothing', exact_sum('x'), none, '(values (null)) as numbers (x)'
    ) %}
    {% do assert_sql(
        'exact_sum of a million thousandths', exact_sum('0.001e0'), '1000.0', 'range(1000000) as numbers (x)'
    ) %}

    {% do assert_sql(
        'exact_mean', exact_mean('x'), '3.0', '(values (1e0), (2e0), (6e0), (null)) as numbers (x)'
    ) %}
    {% do assert_sql(
        'exact_mean of nothing', exact_mean('x'), none, '(values (null)) as numbers (x)'
    ) %}

    {#- as numpy.percentile: at (n - 1) * share between the sorted values -#}
    {% set numbers = '(values (40e0), (10e0), (20e0), (null), (30e0)) as numbers (x)' %}
    {% for share, value in [
        (0, '10.0'), (0.25, '17.5'), (0.5, '25.0'), (0.75, '32.5'), (0.9, '37.0'), (1, '40.0')
    ] %}
        {% do assert_sql('percentile ' ~ share, percentile('x', share), value, numbers) %}
    {% endfor %}
    {% do assert_sql(
        'percentile of one', percentile('x', 0.975), '7.0', '(values (7e0)) as numbers (x)'
    ) %}
    {% do assert_sql(
        'percentile of nothing', percentile('x', 0.5), none, '(values (null::double)) as numbers (x)'
    ) %}

    {% do assert_sql(
        'ordered_sum of large and small', ordered_sum('x'), '2e+30',
        '(values (1e30), (1e-15), (1e30)) as numbers (x)'
    ) %}
    {% do assert_sql(
        'ordered_mean of small', ordered_mean('x'), '2e-15',
        '(values (1e-15), (3e-15), (null::double)) as numbers (x)'
    ) %}

    {% for number, part in [(1, '3.3333'), (2, '3.3333'), (3, '3.3334')] %}
        {% do assert_sql('even_share of 10 over 3', even_share('10.00', number, 3), part) %}
    {% endfor %}
    {#- for each amount and each count: do the parts add up, and how far are they apart -#}
    {% set part = even_share('amount', 'number', 'takers') %}
    {% set parts = '(
        select
            amount,
            sum(' ~ part ~ ') as total,
            max(' ~ part ~ ') - min(' ~ part ~ ') as gap
        from (select cast(unnest([
            0, 0.0001, -0.0001, 0.01, 1, 10, -10, 99.99, 1234567.8901, -1234567.8901, 9999999999.9999
        ]) as decimal(38, 4)) as amount)
        cross join range(1, 41) as counts (takers)
        cross join range(1, 41) as numbers (number)
        where number <= takers
        group by amount, takers
    ) as parts' %}
    {% do assert_sql('even_share: sets of parts', 'count(*)', '440', parts) %}
    {% do assert_sql(
        'even_share: sets that do not add up', 'count(*) filter (where total <> amount)', '0', parts
    ) %}
    {% do assert_sql('even_share: the widest gap', 'max(gap)', '0.0001', parts) %}
{% endmacro %}
