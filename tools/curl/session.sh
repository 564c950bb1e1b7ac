#!/usr/bin/env bash
# The session that every client can do, with curl against a running service: a customer, an order and a return, an
# opportunity, a ticket, points; the views of all of them; the history.
#
#   KITH_HTTP=PATH tools/curl/session.sh
#
# PATH is the socket for HTTP. Can run again and again against the same log: every run makes a customer of its own.
# Prints one line per step; ends with 1 where an answer is not what it should be.
set -euo pipefail

new_id() { cat /proc/sys/kernel/random/uuid; }
party=$(new_id)
external='{"external": {"system": "session", "key": "'$party'"}}'

kith() { curl --silent --show-error --fail-with-body --unix-socket "${KITH_HTTP:?the path of the socket}" "$@"; }

# Sends one command with these bodies; sets `answer`, and `position` to that of its last event.
execute() {
    answer=$(kith http://kith/v1/commands --json '{"id": "'"$(new_id)"'", "bodies": ['"$1"']}') || fail "$answer"
    expect '"accepted":'
    position=$(grep -o '"position":"[0-9]*"' <<<"$answer" | tail -n 1 | tr -dc '0-9')
}

# Asks a query with this body; sets `answer`.
ask() { answer=$(kith "http://kith/v1/queries/$1" --json "$2") || fail "$answer"; }

expect() { [[ $answer == *"$1"* ]] || fail "$1 is missing: $answer"; }

fail() { printf 'session failed: %s\n' "$1" >&2; exit 1; }

execute '{"upsertParty": {"key": {"system": "session", "key": "'"$party"'"}, "kind": "PARTY_KIND_PERSON",
  "name": {"display": "Ana Śliwińska 王小明"}}}'
echo "registered a person"

execute '{"upsertOrder": {"key": {"system": "session", "key": "'"$party"'"}, "order": {
  "documentNumber": "S-'"$party"'", "party": '"$external"', "currency": "EUR", "reached": "ORDER_STATUS_CONFIRMED",
  "lines": [{"quantity": {"unscaled": "2"}, "unitPrice": {"unscaled": "1250", "scale": 2}}]}}}'
execute '{"reason": "too small", "registerReturn": {"documentNumber": "R-'"$party"'", "order": '"$external"',
  "lines": [{"orderLine": 1, "quantity": {"unscaled": "1"}, "unitPrice": {"unscaled": "1250", "scale": 2}}]}}'
echo "ordered and returned"

execute '{"definePipeline": {"external": [{"system": "session", "key": "'"$party"'"}], "content": {"name": "Session",
  "stages": [{"key": "qualified", "probability": 20}, {"key": "proposal", "probability": 50},
    {"key": "won", "kind": "STAGE_KIND_WON"}, {"key": "lost", "kind": "STAGE_KIND_LOST"}],
  "lossReasons": [{"key": "price"}]}}}'
execute '{"openOpportunity": {"external": [{"system": "session", "key": "'"$party"'"}], "pipeline": '"$external"',
  "party": '"$external"', "personal": {"name": "Tea for the office"},
  "amount": {"minorUnits": "100000", "currency": "EUR"}}},
  {"advanceStage": {"opportunity": '"$external"', "stage": "proposal"}}'
echo "opened an opportunity"

execute '{"openTicket": {"external": [{"system": "session", "key": "'"$party"'"}], "party": '"$external"',
  "channel": "email", "personal": {"subjectLine": "Where is my order?", "text": "It should have come on Monday."}}}'
execute '{"recordCustomerMessage": {"ticket": '"$external"', "channel": "email",
  "message": {"text": "It is still not here."}}}'
echo "opened a ticket"

execute '{"defineProgramme": {"external": [{"system": "session", "key": "'"$party"'"}], "label": "Session"}},
  {"activateProgramme": {"programme": '"$external"'}},
  {"enrolMember": {"external": [{"system": "session", "key": "'"$party"'"}], "programme": '"$external"',
    "party": '"$external"'}},
  {"earnPoints": {"account": '"$external"', "cause": {"system": "session", "key": "welcome"}, "points": "100"}}'
echo "gave points"

answer=$(kith "http://kith/v1/customers/session:$party?atLeast=$position&timelineLimit=20") || fail "$answer"
for word in "Ana Śliwińska 王小明" '"gross":"2500"' '"returned":"1250"' '"net":"1250"' EVENT_KIND_RETURN_REGISTERED; do
    expect "$word"
done
ask pipeline '{"filter": {"party": '"$external"'}, "atLeast": "'"$position"'"}'
expect '"outcomes":{"opportunities":"1","open":"1"'
ask tickets '{"filter": {"party": '"$external"'}, "atLeast": "'"$position"'"}'
expect '"subjectLine":"Where is my order?"'
expect '"contacts":2'
ask loyalty '{"party": '"$external"', "atLeast": "'"$position"'"}'
expect '"balance":{"earned":"100","active":"100"'
answer=$(kith "http://kith/v1/records/ticket/session:$party?atLeast=$position") || fail "$answer"
expect '"subjectLine":"Where is my order?"'
expect '"text":"It is still not here."'
echo "read the customer, the pipeline, the tickets and the points"

answer=$(kith "http://kith/v1/events?after=$((position - 1))&limit=1")
expect EVENT_KIND_POINTS_EARNED
echo "read the event behind which there is nothing"
