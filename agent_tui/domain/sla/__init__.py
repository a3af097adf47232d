"""Service levels: what was promised by when, counted from a case's facts alone.

The types, from the bottom up:

- `calendars.Calendar` says when a place works; `WorkingTime` counts in it: `add(start, ms)`, `between(a, b)`.
- `policies.Policy` says which cases it is for and what it promises them, one `Target` for each metric. `Rules` are one
  version of sla.toml (policies in order, calendars), `Rulebook` every version that facts refer to.
- `facts.Fact` is something that happened to a case, with its time. Nothing else is stored.
- `course.Course` is what the facts say read in order of time, whatever the policy: answers, pauses, teams, calls.
- `episodes.Episode` is one stretch in which a metric counts, as a policy sees it: from when, until when, what ended it.
- `clocks.SlaClock` is an episode measured against its target; `clocks(facts, rulebook, now)` answers all of a case.
- `changes` says when a clock's text changes next and when it warns; `reminders` when a silent customer is reminded;
  `levels` what share of many clocks was in time; `written` is one version of sla.toml as it is kept.
- `domain/text_clocks.reason` puts a clock into one sentence, in the language that is spoken.

Three rules hold everywhere. What happens at the very instant a clock is due still counts, so an answer then is in time,
and a clock is breached from the next instant on. A breach is dated at its due instant, however late it is noticed.
Facts are read by the time they happened at, never by the time they were told, so whoever hears of them late, twice or
in another order answers the same.
"""
