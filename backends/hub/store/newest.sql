-- Made by agent_tui.backends.hub.store.newest_build from the migrations; do not edit.
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL,
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO alembic_version VALUES ('0025');
CREATE TABLE address (
	id VARCHAR(64) NOT NULL,
	scheme VARCHAR(255) NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (scheme, value)
);
CREATE TABLE agent (
	id VARCHAR(64) NOT NULL,
	name TEXT NOT NULL,
	role VARCHAR(255) NOT NULL,
	presence VARCHAR(255) NOT NULL,
	disabled BOOLEAN NOT NULL,
	created BIGINT NOT NULL, granted BIGINT DEFAULT '0' NOT NULL, since BIGINT DEFAULT '0' NOT NULL, left_at BIGINT DEFAULT '0' NOT NULL, next VARCHAR(255) DEFAULT '' NOT NULL, "before" VARCHAR(255) DEFAULT '' NOT NULL, hand VARCHAR(64) DEFAULT '' NOT NULL, capacity INTEGER DEFAULT '4' NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE blob (
	sha256 VARCHAR(255) NOT NULL,
	size BIGINT NOT NULL,
	media TEXT NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (sha256)
);
CREATE TABLE command (
	agent_id VARCHAR(64) NOT NULL,
	id VARCHAR(64) NOT NULL,
	at BIGINT NOT NULL,
	result TEXT NOT NULL,
	code VARCHAR(255) NOT NULL,
	message TEXT NOT NULL, digest VARCHAR(255) DEFAULT '' NOT NULL, about VARCHAR(64) DEFAULT '' NOT NULL,
	PRIMARY KEY (agent_id, id)
);
CREATE TABLE customer (
	id VARCHAR(64) NOT NULL,
	since BIGINT NOT NULL,
	language VARCHAR(255) NOT NULL,
	blocked BOOLEAN NOT NULL, root VARCHAR(64) DEFAULT '' NOT NULL, erased BIGINT DEFAULT '0' NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE event (
	seq INTEGER NOT NULL,
	occurred BIGINT NOT NULL,
	recorded BIGINT NOT NULL,
	case_id VARCHAR(64) NOT NULL,
	"by" VARCHAR(64) NOT NULL,
	kind VARCHAR(255) NOT NULL,
	ref VARCHAR(64) NOT NULL,
	data TEXT NOT NULL,
	PRIMARY KEY (seq)
);
CREATE TABLE head (
	id INTEGER NOT NULL,
	seq BIGINT NOT NULL,
	number BIGINT NOT NULL,
	PRIMARY KEY (id)
);
CREATE TABLE label (
	name VARCHAR(255) NOT NULL,
	PRIMARY KEY (name)
);
CREATE TABLE link (
	hash VARCHAR(255) NOT NULL,
	use VARCHAR(255) NOT NULL,
	blob VARCHAR(255) NOT NULL,
	case_id VARCHAR(64) NOT NULL,
	agent_id VARCHAR(64) NOT NULL,
	expires BIGINT NOT NULL,
	used BIGINT,
	PRIMARY KEY (hash)
);
CREATE TABLE mark (
	account VARCHAR(255) NOT NULL,
	"key" VARCHAR(255) NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (account, "key")
);
CREATE TABLE meta (
	"key" VARCHAR(255) NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY ("key")
);
CREATE TABLE seen (
	account VARCHAR(255) NOT NULL,
	"key" VARCHAR(255) NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (account, "key")
);
CREATE TABLE address_link (
	id VARCHAR(64) NOT NULL,
	address_id VARCHAR(64) NOT NULL,
	customer_id VARCHAR(64) NOT NULL,
	origin VARCHAR(255) NOT NULL,
	at BIGINT NOT NULL,
	revoked BIGINT, verified BOOLEAN DEFAULT '0' NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(address_id) REFERENCES address (id),
	FOREIGN KEY(customer_id) REFERENCES customer (id)
);
CREATE INDEX ix_address_link_address_id ON address_link (address_id);
CREATE INDEX ix_address_link_customer_id ON address_link (customer_id);
CREATE TABLE cases (
	id VARCHAR(64) NOT NULL,
	number BIGINT NOT NULL,
	customer_id VARCHAR(64) NOT NULL,
	brand VARCHAR(255) NOT NULL,
	channel VARCHAR(255) NOT NULL,
	channels TEXT NOT NULL,
	stage VARCHAR(255) NOT NULL,
	sort_at BIGINT NOT NULL,
	version BIGINT NOT NULL,
	owner VARCHAR(64) NOT NULL,
	team VARCHAR(255) NOT NULL,
	unread INTEGER NOT NULL,
	last_at BIGINT NOT NULL,
	priority INTEGER NOT NULL,
	labels TEXT NOT NULL,
	snoozed BIGINT,
	call_id VARCHAR(64) NOT NULL,
	preview_kind VARCHAR(255) NOT NULL,
	state TEXT NOT NULL, promise_id VARCHAR(64) DEFAULT '' NOT NULL, promise_whose VARCHAR(64) DEFAULT '' NOT NULL, head VARCHAR(64) DEFAULT '' NOT NULL, opened BIGINT DEFAULT '0' NOT NULL, sla_turn BIGINT, sla TEXT DEFAULT '' NOT NULL, entered BIGINT DEFAULT '0' NOT NULL, transfer_id VARCHAR(64) DEFAULT '' NOT NULL, transfer_to VARCHAR(64) DEFAULT '' NOT NULL, followers TEXT DEFAULT '' NOT NULL, incident_id VARCHAR(64) DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(customer_id) REFERENCES customer (id)
);
CREATE INDEX ix_cases_customer ON cases (customer_id, number);
CREATE INDEX ix_cases_wake ON cases (snoozed) WHERE snoozed > 0;
CREATE TABLE customer_text (
	customer_id VARCHAR(64) NOT NULL,
	name TEXT NOT NULL, preferences TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (customer_id),
	FOREIGN KEY(customer_id) REFERENCES customer (id)
);
CREATE TABLE link_text (
	hash VARCHAR(255) NOT NULL,
	name TEXT NOT NULL,
	media TEXT NOT NULL,
	PRIMARY KEY (hash),
	FOREIGN KEY(hash) REFERENCES link (hash)
);
CREATE TABLE membership (
	agent_id VARCHAR(64) NOT NULL,
	team VARCHAR(255) NOT NULL,
	PRIMARY KEY (agent_id, team),
	FOREIGN KEY(agent_id) REFERENCES agent (id)
);
CREATE TABLE token (
	id VARCHAR(64) NOT NULL,
	agent_id VARCHAR(64) NOT NULL,
	hash TEXT NOT NULL,
	created BIGINT NOT NULL,
	revoked BIGINT,
	PRIMARY KEY (id),
	FOREIGN KEY(agent_id) REFERENCES agent (id)
);
CREATE TABLE call (
	id VARCHAR(64) NOT NULL,
	case_id VARCHAR(64) NOT NULL,
	conversation_id VARCHAR(64) NOT NULL,
	account VARCHAR(255) NOT NULL,
	channel_id TEXT NOT NULL,
	state VARCHAR(255) NOT NULL,
	since BIGINT NOT NULL,
	queue VARCHAR(255) NOT NULL,
	direction VARCHAR(255) NOT NULL,
	agent VARCHAR(64) NOT NULL,
	answered BIGINT,
	ended BIGINT,
	law_due BIGINT,
	muted BOOLEAN NOT NULL, part_of VARCHAR(64) DEFAULT '' NOT NULL, passed BIGINT,
	PRIMARY KEY (id),
	FOREIGN KEY(case_id) REFERENCES cases (id),
	UNIQUE (account, channel_id)
);
CREATE INDEX ix_call_case_id ON call (case_id);
CREATE TABLE case_search (
	stage VARCHAR(255) NOT NULL,
	sort_at BIGINT NOT NULL,
	case_id VARCHAR(64) NOT NULL,
	owner VARCHAR(64) NOT NULL,
	team VARCHAR(255) NOT NULL,
	channels TEXT NOT NULL,
	search TEXT NOT NULL, brand VARCHAR(255) DEFAULT '' NOT NULL,
	PRIMARY KEY (stage, sort_at, case_id),
	FOREIGN KEY(case_id) REFERENCES cases (id)
)
 WITHOUT ROWID
;
CREATE TABLE case_text (
	case_id VARCHAR(64) NOT NULL,
	name TEXT NOT NULL,
	preview TEXT NOT NULL,
	subject TEXT NOT NULL, known_as TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (case_id),
	FOREIGN KEY(case_id) REFERENCES cases (id)
);
CREATE TABLE conversation (
	id VARCHAR(64) NOT NULL,
	case_id VARCHAR(64) NOT NULL,
	channel VARCHAR(255) NOT NULL,
	account VARCHAR(255) NOT NULL,
	thread TEXT NOT NULL,
	address_id VARCHAR(64) NOT NULL,
	started BIGINT NOT NULL,
	last_inbound BIGINT,
	last_at BIGINT NOT NULL,
	messages INTEGER NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(address_id) REFERENCES address (id),
	FOREIGN KEY(case_id) REFERENCES cases (id)
);
CREATE INDEX ix_conversation_address ON conversation (address_id, last_at);
CREATE INDEX ix_conversation_case_id ON conversation (case_id);
CREATE INDEX ix_conversation_thread ON conversation (account, thread);
CREATE TABLE message (
	id VARCHAR(64) NOT NULL,
	case_id VARCHAR(64) NOT NULL,
	conversation_id VARCHAR(64) NOT NULL,
	channel VARCHAR(255) NOT NULL,
	account VARCHAR(255) NOT NULL,
	channel_id TEXT,
	kind VARCHAR(255) NOT NULL,
	at BIGINT NOT NULL,
	state VARCHAR(255) NOT NULL,
	author VARCHAR(64) NOT NULL,
	auto VARCHAR(255) NOT NULL,
	source VARCHAR(255) NOT NULL,
	files INTEGER NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(case_id) REFERENCES cases (id),
	UNIQUE (account, channel_id)
);
CREATE INDEX ix_message_case ON message (case_id, at, id);
CREATE INDEX ix_message_conversation ON message (conversation_id, at);
CREATE TABLE attachment (
	message_id VARCHAR(64) NOT NULL,
	place INTEGER NOT NULL,
	name TEXT NOT NULL,
	media TEXT NOT NULL,
	claimed TEXT NOT NULL,
	size BIGINT NOT NULL,
	blob VARCHAR(255) NOT NULL,
	PRIMARY KEY (message_id, place),
	FOREIGN KEY(message_id) REFERENCES message (id)
);
CREATE TABLE call_text (
	call_id VARCHAR(64) NOT NULL,
	caller TEXT NOT NULL,
	digits TEXT NOT NULL,
	outcome TEXT NOT NULL,
	PRIMARY KEY (call_id),
	FOREIGN KEY(call_id) REFERENCES call (id)
);
CREATE TABLE conversation_text (
	conversation_id VARCHAR(64) NOT NULL,
	subject TEXT NOT NULL,
	subject_key TEXT NOT NULL,
	PRIMARY KEY (conversation_id),
	FOREIGN KEY(conversation_id) REFERENCES conversation (id)
);
CREATE TABLE message_text (
	message_id VARCHAR(64) NOT NULL,
	body TEXT NOT NULL,
	sender TEXT NOT NULL,
	subject TEXT NOT NULL,
	folded TEXT NOT NULL,
	parties TEXT NOT NULL,
	error TEXT NOT NULL,
	problems TEXT NOT NULL,
	PRIMARY KEY (message_id),
	FOREIGN KEY(message_id) REFERENCES message (id)
);
CREATE TABLE outbound (
	message_id VARCHAR(64) NOT NULL,
	account VARCHAR(255) NOT NULL,
	state VARCHAR(255) NOT NULL,
	queued BIGINT NOT NULL,
	attempts INTEGER NOT NULL,
	next_try BIGINT NOT NULL,
	in_reply_to VARCHAR(64) NOT NULL, template TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (message_id),
	FOREIGN KEY(message_id) REFERENCES message (id)
);
CREATE INDEX ix_outbound_next ON outbound (account, state, next_try);
CREATE INDEX ix_event_card_shown ON event (case_id) WHERE kind = 'card-shown';
CREATE TABLE promise (
	id VARCHAR(64) NOT NULL,
	case_id VARCHAR(64) NOT NULL,
	due BIGINT NOT NULL,
	at BIGINT NOT NULL,
	"by" VARCHAR(64) NOT NULL,
	agent VARCHAR(64) NOT NULL,
	team VARCHAR(255) NOT NULL,
	state VARCHAR(255) NOT NULL,
	settled BIGINT,
	settled_by VARCHAR(64) NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(case_id) REFERENCES cases (id)
);
CREATE INDEX ix_promise_case_id ON promise (case_id);
CREATE TABLE promise_text (
	promise_id VARCHAR(64) NOT NULL,
	what TEXT NOT NULL,
	reason TEXT NOT NULL,
	PRIMARY KEY (promise_id),
	FOREIGN KEY(promise_id) REFERENCES promise (id)
);
CREATE INDEX ix_cases_promise ON cases (stage, sort_at, id, promise_whose) WHERE promise_id <> '';
CREATE TABLE fact (
	seq BIGINT NOT NULL,
	place INTEGER NOT NULL,
	case_id VARCHAR(64) NOT NULL,
	via VARCHAR(64) NOT NULL,
	kind VARCHAR(255) NOT NULL,
	data TEXT NOT NULL,
	PRIMARY KEY (seq, place),
	FOREIGN KEY(case_id) REFERENCES cases (id)
)
 WITHOUT ROWID
;
CREATE INDEX ix_fact_case_id ON fact (case_id);
CREATE INDEX ix_customer_root ON customer (root);
CREATE TABLE customer_join (
	id VARCHAR(64) NOT NULL,
	one VARCHAR(64) NOT NULL,
	other VARCHAR(64) NOT NULL,
	origin VARCHAR(255) NOT NULL,
	reason VARCHAR(255) NOT NULL,
	"by" VARCHAR(64) NOT NULL,
	at BIGINT NOT NULL,
	revoked BIGINT,
	revoked_by VARCHAR(64) NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(one) REFERENCES customer (id),
	FOREIGN KEY(other) REFERENCES customer (id)
);
CREATE INDEX ix_customer_join_one ON customer_join (one);
CREATE INDEX ix_customer_join_other ON customer_join (other);
CREATE INDEX ix_cases_head ON cases (head) WHERE head != '';
CREATE TABLE case_part (
	case_id VARCHAR(64) NOT NULL,
	own TEXT NOT NULL,
	seen TEXT NOT NULL,
	channel VARCHAR(255) NOT NULL,
	channels TEXT NOT NULL,
	preview_kind VARCHAR(255) NOT NULL,
	PRIMARY KEY (case_id),
	FOREIGN KEY(case_id) REFERENCES cases (id)
);
CREATE TABLE case_part_text (
	case_id VARCHAR(64) NOT NULL,
	preview TEXT NOT NULL,
	subject TEXT NOT NULL,
	PRIMARY KEY (case_id),
	FOREIGN KEY(case_id) REFERENCES cases (id)
);
CREATE TABLE identity_key (
	digest VARCHAR(255) NOT NULL,
	customer_id VARCHAR(64) NOT NULL,
	kind VARCHAR(255) NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (digest, customer_id, kind),
	FOREIGN KEY(customer_id) REFERENCES customer (id)
)
 WITHOUT ROWID
;
CREATE INDEX ix_identity_key_customer_id ON identity_key (customer_id);
CREATE TABLE suggestion (
	id VARCHAR(64) NOT NULL,
	one VARCHAR(64) NOT NULL,
	other VARCHAR(64) NOT NULL,
	reason VARCHAR(255) NOT NULL,
	evidence VARCHAR(64) NOT NULL,
	at BIGINT NOT NULL,
	state VARCHAR(255) NOT NULL,
	"by" VARCHAR(64) NOT NULL,
	decided BIGINT,
	PRIMARY KEY (id),
	FOREIGN KEY(one) REFERENCES customer (id),
	FOREIGN KEY(other) REFERENCES customer (id),
	UNIQUE (one, other, reason)
);
CREATE INDEX ix_suggestion_other ON suggestion (other);
CREATE TABLE search_doc (
	doc INTEGER NOT NULL,
	message_id VARCHAR(64) NOT NULL,
	PRIMARY KEY (doc)
);
CREATE TABLE search_customer (
	doc INTEGER NOT NULL,
	customer_id VARCHAR(64) NOT NULL,
	due BOOLEAN NOT NULL,
	PRIMARY KEY (doc),
	UNIQUE (customer_id)
);
CREATE INDEX ix_search_customer_due ON search_customer (due) WHERE due = 1;
CREATE TABLE search_state (
	id INTEGER NOT NULL,
	low VARCHAR(64) NOT NULL,
	high VARCHAR(64) NOT NULL,
	folding INTEGER NOT NULL,
	scrub BOOLEAN NOT NULL, merging BOOLEAN DEFAULT '0' NOT NULL, merges INTEGER DEFAULT '0' NOT NULL,
	PRIMARY KEY (id)
);
CREATE VIRTUAL TABLE search_text USING fts5(words, tags, content='', columnsize=0, prefix='3', tokenize="ascii tokenchars '_'");
CREATE VIRTUAL TABLE search_customer_text USING fts5(words, prefix='3', tokenize="ascii tokenchars '_'");
CREATE TRIGGER search_name_new AFTER INSERT ON customer_text BEGIN INSERT INTO search_customer(customer_id, due) VALUES (new.customer_id, 1) ON CONFLICT (customer_id) DO UPDATE SET due = 1; END;
CREATE TRIGGER search_name_change AFTER UPDATE ON customer_text BEGIN INSERT INTO search_customer(customer_id, due) VALUES (new.customer_id, 1) ON CONFLICT (customer_id) DO UPDATE SET due = 1; END;
CREATE TRIGGER search_name_gone AFTER DELETE ON customer_text BEGIN INSERT INTO search_customer(customer_id, due) VALUES (old.customer_id, 1) ON CONFLICT (customer_id) DO UPDATE SET due = 1; END;
CREATE TRIGGER search_link_new AFTER INSERT ON address_link BEGIN INSERT INTO search_customer(customer_id, due) VALUES (new.customer_id, 1) ON CONFLICT (customer_id) DO UPDATE SET due = 1; END;
CREATE TRIGGER search_link_change AFTER UPDATE ON address_link BEGIN INSERT INTO search_customer(customer_id, due) VALUES (new.customer_id, 1) ON CONFLICT (customer_id) DO UPDATE SET due = 1; END;
CREATE TRIGGER search_link_gone AFTER DELETE ON address_link BEGIN INSERT INTO search_customer(customer_id, due) VALUES (old.customer_id, 1) ON CONFLICT (customer_id) DO UPDATE SET due = 1; END;
CREATE INDEX ix_event_case_changed ON event (case_id, occurred, seq) WHERE kind = 'case-changed';
CREATE TABLE lease (
	case_id VARCHAR(64) NOT NULL,
	agent VARCHAR(64) NOT NULL,
	desk VARCHAR(64) NOT NULL,
	fence BIGINT NOT NULL,
	newest BIGINT NOT NULL,
	taken BIGINT NOT NULL,
	until BIGINT NOT NULL,
	away BIGINT NOT NULL,
	PRIMARY KEY (case_id),
	FOREIGN KEY(case_id) REFERENCES cases (id)
);
CREATE INDEX ix_lease_held ON lease (agent) WHERE agent <> '';
CREATE TABLE draft (
	agent_id VARCHAR(64) NOT NULL,
	case_id VARCHAR(64) NOT NULL,
	other INTEGER NOT NULL,
	desk VARCHAR(64) NOT NULL,
	rev BIGINT NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (agent_id, case_id, other),
	FOREIGN KEY(case_id) REFERENCES cases (id)
);
CREATE TABLE draft_text (
	agent_id VARCHAR(64) NOT NULL,
	case_id VARCHAR(64) NOT NULL,
	other INTEGER NOT NULL,
	body TEXT NOT NULL,
	PRIMARY KEY (agent_id, case_id, other),
	FOREIGN KEY(case_id) REFERENCES cases (id)
);
CREATE TABLE agent_brand (
	agent_id VARCHAR(64) NOT NULL,
	brand VARCHAR(255) NOT NULL,
	PRIMARY KEY (agent_id, brand),
	FOREIGN KEY(agent_id) REFERENCES agent (id)
);
CREATE TABLE case_count (
	stage VARCHAR(255) NOT NULL,
	owner VARCHAR(64) NOT NULL,
	team VARCHAR(255) NOT NULL,
	brand VARCHAR(255) NOT NULL,
	cases BIGINT NOT NULL,
	PRIMARY KEY (stage, owner, team, brand)
);
CREATE INDEX ix_cases_stage ON cases (stage, sort_at, id, owner, team, channels, brand);
CREATE INDEX ix_cases_owner ON cases (stage, owner, sort_at, id, team, channels, brand);
CREATE INDEX ix_attachment_blob ON attachment (blob);
CREATE INDEX ix_message_source ON message (source) WHERE source <> '';
CREATE INDEX ix_command_about ON command (about) WHERE about <> '';
CREATE TABLE erasure (
	customer_id VARCHAR(64) NOT NULL,
	seq BIGINT NOT NULL,
	at BIGINT NOT NULL,
	"by" VARCHAR(64) NOT NULL,
	cleaned BIGINT,
	PRIMARY KEY (customer_id),
	FOREIGN KEY(customer_id) REFERENCES customer (id)
);
CREATE TABLE doomed_blob (
	sha256 VARCHAR(255) NOT NULL,
	PRIMARY KEY (sha256)
);
CREATE INDEX ix_call_talking ON call (agent) WHERE state IN ('active', 'held');
CREATE INDEX ix_promise_owed ON promise (agent) WHERE state = 'open';
CREATE TABLE announcement (
	id VARCHAR(64) NOT NULL,
	"by" VARCHAR(64) NOT NULL,
	at BIGINT NOT NULL,
	until BIGINT NOT NULL,
	body TEXT NOT NULL,
	PRIMARY KEY (id)
);
CREATE INDEX ix_announcement_until ON announcement (until);
CREATE TABLE agent_skill (
	agent_id VARCHAR(64) NOT NULL,
	skill VARCHAR(255) NOT NULL,
	PRIMARY KEY (agent_id, skill),
	FOREIGN KEY(agent_id) REFERENCES agent (id)
);
CREATE TABLE customer_elsewhere (
	customer_id VARCHAR(64) NOT NULL,
	brand VARCHAR(255) NOT NULL,
	other VARCHAR(255) NOT NULL,
	same BOOLEAN NOT NULL,
	"by" VARCHAR(64) NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (customer_id, brand, other),
	FOREIGN KEY(customer_id) REFERENCES customer (id)
);
CREATE INDEX ix_cases_waiting ON cases (stage, owner, team, channel, brand, labels, entered, id) WHERE stage = 'us' AND owner = '' AND call_id = '';
CREATE INDEX ix_cases_sla_turn ON cases (sla_turn) WHERE sla_turn > 0;
CREATE TABLE sla_clock (
	case_id VARCHAR(64) NOT NULL,
	metric VARCHAR(255) NOT NULL,
	"key" VARCHAR(255) NOT NULL,
	started BIGINT NOT NULL,
	due BIGINT,
	within BIGINT NOT NULL,
	used BIGINT NOT NULL,
	state VARCHAR(255) NOT NULL,
	ended BIGINT,
	"by" VARCHAR(255) NOT NULL,
	policy VARCHAR(255) NOT NULL,
	version VARCHAR(255) NOT NULL,
	percent INTEGER NOT NULL,
	queue VARCHAR(255) NOT NULL,
	channel VARCHAR(255) NOT NULL,
	brand VARCHAR(255) NOT NULL,
	agent VARCHAR(64) NOT NULL,
	reason VARCHAR(255) DEFAULT '' NOT NULL,
	reason_by VARCHAR(64) DEFAULT '' NOT NULL,
	reason_at BIGINT DEFAULT '0' NOT NULL,
	PRIMARY KEY (case_id, metric, "key", started),
	FOREIGN KEY(case_id) REFERENCES cases (id)
);
CREATE INDEX ix_sla_clock_ended ON sla_clock (ended);
CREATE INDEX ix_sla_clock_breached ON sla_clock (due) WHERE state = 'breached';
CREATE TABLE sla_version (
	at BIGINT NOT NULL,
	version VARCHAR(255) NOT NULL,
	data TEXT NOT NULL,
	PRIMARY KEY (at)
);
CREATE TABLE reminded (
	case_id VARCHAR(64) NOT NULL,
	since BIGINT NOT NULL,
	number INTEGER NOT NULL,
	done VARCHAR(255) NOT NULL,
	text VARCHAR(255) NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (case_id, since, number),
	FOREIGN KEY(case_id) REFERENCES cases (id)
);
CREATE TABLE alert (
	id VARCHAR(64) NOT NULL,
	target VARCHAR(255) NOT NULL,
	way VARCHAR(255) NOT NULL,
	case_id VARCHAR(64) NOT NULL,
	metric VARCHAR(255) NOT NULL,
	"key" VARCHAR(255) NOT NULL,
	started BIGINT NOT NULL,
	step VARCHAR(255) NOT NULL,
	due BIGINT NOT NULL,
	zone VARCHAR(255) NOT NULL,
	late BIGINT NOT NULL,
	queue VARCHAR(255) NOT NULL,
	channel VARCHAR(255) NOT NULL,
	brand VARCHAR(255) NOT NULL,
	agent VARCHAR(64) NOT NULL,
	at BIGINT NOT NULL,
	state VARCHAR(255) NOT NULL,
	attempts INTEGER NOT NULL,
	next_try BIGINT NOT NULL,
	error TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	UNIQUE (case_id, metric, "key", started, step, target, way),
	FOREIGN KEY(case_id) REFERENCES cases (id)
);
CREATE INDEX ix_alert_due ON alert (state, next_try);
CREATE TABLE customer_consent (
	customer_id VARCHAR(64) NOT NULL,
	channel VARCHAR(255) NOT NULL,
	given BOOLEAN NOT NULL,
	how VARCHAR(255) NOT NULL,
	"by" VARCHAR(64) NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (customer_id, channel),
	FOREIGN KEY(customer_id) REFERENCES customer (id)
);
CREATE INDEX ix_event_channel_moved ON event (case_id, occurred) WHERE kind = 'channel-moved';
CREATE INDEX ix_cases_transfer ON cases (transfer_to, sort_at, id) WHERE transfer_id <> '';
CREATE INDEX ix_cases_followed ON cases (stage, sort_at, id, followers) WHERE followers <> '';
CREATE TABLE transfer (
	id VARCHAR(64) NOT NULL,
	case_id VARCHAR(64) NOT NULL,
	"by" VARCHAR(64) NOT NULL,
	at BIGINT NOT NULL,
	agent VARCHAR(64) NOT NULL,
	queue VARCHAR(255) NOT NULL,
	warm BOOLEAN NOT NULL,
	due BIGINT NOT NULL,
	state VARCHAR(255) NOT NULL,
	note VARCHAR(64) NOT NULL,
	ended BIGINT,
	ended_by VARCHAR(64) NOT NULL,
	was_team VARCHAR(255) DEFAULT '' NOT NULL,
	label VARCHAR(255) DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(case_id) REFERENCES cases (id)
);
CREATE INDEX ix_transfer_case_id ON transfer (case_id);
CREATE INDEX ix_transfer_due ON transfer (due) WHERE due > 0;
CREATE TABLE script_run (
	id VARCHAR(64) NOT NULL,
	case_id VARCHAR(64) NOT NULL,
	script VARCHAR(255) NOT NULL,
	version VARCHAR(255) NOT NULL,
	title TEXT NOT NULL,
	path TEXT NOT NULL,
	state VARCHAR(255) NOT NULL,
	reason VARCHAR(255) NOT NULL,
	revision INTEGER NOT NULL,
	begun BIGINT NOT NULL,
	"by" VARCHAR(64) NOT NULL,
	moved BIGINT NOT NULL,
	moved_by VARCHAR(64) NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(case_id) REFERENCES cases (id)
);
CREATE INDEX ix_script_run_case_id ON script_run (case_id);
CREATE TABLE script_run_text (
	run_id VARCHAR(64) NOT NULL,
	answers TEXT NOT NULL,
	said TEXT NOT NULL,
	PRIMARY KEY (run_id),
	FOREIGN KEY(run_id) REFERENCES script_run (id)
);
CREATE TABLE script_version (
	version VARCHAR(255) NOT NULL,
	"key" VARCHAR(255) NOT NULL,
	body TEXT NOT NULL,
	PRIMARY KEY (version)
);
CREATE TABLE wrap_up (
	id VARCHAR(64) NOT NULL,
	target VARCHAR(255) NOT NULL,
	case_id VARCHAR(64) NOT NULL,
	what VARCHAR(255) NOT NULL,
	call VARCHAR(64) NOT NULL,
	outcome VARCHAR(255) NOT NULL,
	agent VARCHAR(64) NOT NULL,
	at BIGINT NOT NULL,
	state VARCHAR(255) NOT NULL,
	attempts INTEGER NOT NULL,
	next_try BIGINT NOT NULL,
	error TEXT DEFAULT '' NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(case_id) REFERENCES cases (id)
);
CREATE INDEX ix_wrap_up_due ON wrap_up (state, next_try);
CREATE TABLE reply_made (
	message_id VARCHAR(64) NOT NULL,
	replies TEXT NOT NULL,
	learned BOOLEAN NOT NULL,
	PRIMARY KEY (message_id),
	FOREIGN KEY(message_id) REFERENCES message (id)
);
CREATE INDEX ix_reply_made_learned ON reply_made (learned, message_id);
CREATE TABLE pick_count (
	sign VARCHAR(255) NOT NULL,
	"key" VARCHAR(255) NOT NULL,
	times INTEGER NOT NULL,
	PRIMARY KEY (sign, "key")
);
CREATE TABLE pick_word (
	sign VARCHAR(255) NOT NULL,
	"key" VARCHAR(255) NOT NULL,
	customer_id VARCHAR(64) NOT NULL,
	times INTEGER NOT NULL,
	at BIGINT NOT NULL,
	PRIMARY KEY (sign, "key", customer_id),
	FOREIGN KEY(customer_id) REFERENCES customer (id)
);
CREATE INDEX ix_pick_word_customer_id ON pick_word (customer_id);
CREATE INDEX ix_pick_word_at ON pick_word (at);
CREATE INDEX ix_cases_incident ON cases (incident_id) WHERE incident_id <> '';
CREATE TABLE incident (
	id VARCHAR(64) NOT NULL,
	brand VARCHAR(255) NOT NULL,
	at BIGINT NOT NULL,
	"by" VARCHAR(64) NOT NULL,
	closed BIGINT,
	PRIMARY KEY (id)
);
CREATE TABLE incident_text (
	incident_id VARCHAR(64) NOT NULL,
	title TEXT NOT NULL,
	PRIMARY KEY (incident_id),
	FOREIGN KEY(incident_id) REFERENCES incident (id)
);
CREATE TABLE incident_update (
	id VARCHAR(64) NOT NULL,
	incident_id VARCHAR(64) NOT NULL,
	at BIGINT NOT NULL,
	"by" VARCHAR(64) NOT NULL,
	told INTEGER NOT NULL,
	unreached INTEGER NOT NULL,
	PRIMARY KEY (id),
	FOREIGN KEY(incident_id) REFERENCES incident (id)
);
CREATE INDEX ix_incident_update_incident_id ON incident_update (incident_id);
CREATE TABLE incident_update_text (
	update_id VARCHAR(64) NOT NULL,
	english TEXT NOT NULL,
	hebrew TEXT NOT NULL,
	PRIMARY KEY (update_id),
	FOREIGN KEY(update_id) REFERENCES incident_update (id)
);
CREATE TABLE incident_told (
	update_id VARCHAR(64) NOT NULL,
	case_id VARCHAR(64) NOT NULL,
	message_id VARCHAR(64) NOT NULL,
	PRIMARY KEY (update_id, case_id),
	FOREIGN KEY(update_id) REFERENCES incident_update (id),
	FOREIGN KEY(case_id) REFERENCES cases (id)
);
CREATE INDEX ix_call_part ON call (part_of) WHERE part_of <> '';
CREATE INDEX ix_call_part_open ON call (agent) WHERE state = 'ended' AND part_of <> '';
