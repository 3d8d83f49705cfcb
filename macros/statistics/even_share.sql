{#- The part that the n-th of `count` equal takers gets of an amount of money (DECIMAL with four
    places). The parts differ by 0.0001 at most and add up to the amount exactly: each is the
    difference of two running totals in whole ten-thousandths. A single taker, the usual case, gets it
    all without any arithmetic. -#}
{% macro even_share(amount, number, count) -%}
{%- set units = 'cast(' ~ amount ~ ' * 10000 as hugeint)' -%}
case
    when {{ count }} = 1 then cast({{ amount }} as decimal(38, 4))
    else
        cast(
            cast(
                {{ units }} * {{ number }} // {{ count }} - {{ units }} * ({{ number }} - 1) // {{ count }}
                as decimal(28, 0)
            ) * cast(0.0001 as decimal(5, 4))
            as decimal(38, 4)
        )
end
{%- endmacro %}
