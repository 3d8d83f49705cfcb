-- A feature that is made of a value (people 5, format = Mall) may meet one of the same name: give the
-- feature or category of one of the feeds another name in the settings.
select
    counted_as,
    count(*) as times,
    min(feed) as feed,
    max(feed) as other_feed
from (
    select distinct
        feed,
        name,
        counted_as
    from {{ ref('pre_external_features') }}
    where counted_as is not null
) as named
group by counted_as
having count(*) > 1
