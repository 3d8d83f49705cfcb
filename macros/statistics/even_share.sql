{#- The part that the n-th of `count` equal takers gets of an amount of money. The parts differ by
    0.0001 at most and add up to the amount exactly: each is the difference of two rounded
    running totals. -#}
{% macro even_share(amount, number, count) -%}
cast(
    cast(round(cast({{ amount }} as double) * {{ number }} / {{ count }}, 4) as decimal(38, 4))
    - cast(round(cast({{ amount }} as double) * ({{ number }} - 1) / {{ count }}, 4) as decimal(38, 4))
    as decimal(38, 4)
)
{%- endmacro %}
