-- A store as revision 0003 left it: four customers, one answered, one put away.
BEGIN TRANSACTION;
CREATE TABLE address (
	id VARCHAR(64) NOT NULL, 
	scheme VARCHAR(255) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (id), 
	UNIQUE (scheme, value)
);
INSERT INTO "address" VALUES('a_73a9bef499bbf4dc','mailto','dana@example.com');
INSERT INTO "address" VALUES('a_8f7373abe8e394da','wa','+972541234567');
INSERT INTO "address" VALUES('a_935d406e8fdb72a3','mailto','ruth@example.com');
INSERT INTO "address" VALUES('a_d2f6e1716f7b8780','mailto','omar@example.com');
CREATE TABLE address_link (
	id VARCHAR(64) NOT NULL, 
	address_id VARCHAR(64) NOT NULL, 
	customer_id VARCHAR(64) NOT NULL, 
	origin VARCHAR(255) NOT NULL, 
	at BIGINT NOT NULL, 
	revoked BIGINT, 
	PRIMARY KEY (id), 
	FOREIGN KEY(address_id) REFERENCES address (id), 
	FOREIGN KEY(customer_id) REFERENCES customer (id)
);
INSERT INTO "address_link" VALUES('l_9f267a0ed3197217','a_73a9bef499bbf4dc','p_7bd2a4f2c8af5bd9','inbound',1749999999000,NULL);
INSERT INTO "address_link" VALUES('l_2e281f9bddf85336','a_8f7373abe8e394da','p_f807e24e58c36740','inbound',1749999999500,NULL);
INSERT INTO "address_link" VALUES('l_da5117b919f538dc','a_935d406e8fdb72a3','p_4980be64d347bdcd','inbound',1749999999600,NULL);
INSERT INTO "address_link" VALUES('l_265632094a04fcde','a_d2f6e1716f7b8780','p_ce6cab44e78db5e6','inbound',1749999999700,NULL);
CREATE TABLE agent (
	id VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	role VARCHAR(255) NOT NULL, 
	presence VARCHAR(255) NOT NULL, 
	disabled BOOLEAN NOT NULL, 
	created BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "agent" VALUES('noa','Noa','agent','offline',0,1750000000000);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0003');
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
CREATE TABLE blob (
	sha256 VARCHAR(255) NOT NULL, 
	size BIGINT NOT NULL, 
	media TEXT NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (sha256)
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
	muted BOOLEAN NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(case_id) REFERENCES cases (id), 
	UNIQUE (account, channel_id)
);
CREATE TABLE call_text (
	call_id VARCHAR(64) NOT NULL, 
	caller TEXT NOT NULL, 
	digits TEXT NOT NULL, 
	outcome TEXT NOT NULL, 
	PRIMARY KEY (call_id), 
	FOREIGN KEY(call_id) REFERENCES call (id)
);
CREATE TABLE case_count (
	stage VARCHAR(255) NOT NULL, 
	owner VARCHAR(64) NOT NULL, 
	team VARCHAR(255) NOT NULL, 
	cases BIGINT NOT NULL, 
	PRIMARY KEY (stage, owner, team)
);
INSERT INTO "case_count" VALUES('us','','',2);
INSERT INTO "case_count" VALUES('customer','noa','',1);
INSERT INTO "case_count" VALUES('later','','',1);
CREATE TABLE case_search (
	stage VARCHAR(255) NOT NULL, 
	sort_at BIGINT NOT NULL, 
	case_id VARCHAR(64) NOT NULL, 
	owner VARCHAR(64) NOT NULL, 
	team VARCHAR(255) NOT NULL, 
	channels TEXT NOT NULL, 
	search TEXT NOT NULL, 
	PRIMARY KEY (stage, sort_at, case_id), 
	FOREIGN KEY(case_id) REFERENCES cases (id)
)
 WITHOUT ROWID

;
INSERT INTO "case_search" VALUES('customer',-1750000000000,'c_b77eacfe863e5282','noa','',',email,','ruth
hello
lamp
1003

ruth@example.com');
INSERT INTO "case_search" VALUES('later',1750003600000,'c_45a00607b90c305d','','',',email,','omar
where is my lamp?
lamp
1004

omar@example.com');
INSERT INTO "case_search" VALUES('us',1750001799500,'c_d15b579b74e42509','','',',whatsapp,','dana
hi

1002

+972541234567');
INSERT INTO "case_search" VALUES('us',1750014399000,'c_dd2bba1537436e5c','','',',email,','dana
where is my lamp?
lamp
1001

dana@example.com');
CREATE TABLE case_text (
	case_id VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	preview TEXT NOT NULL, 
	subject TEXT NOT NULL, 
	PRIMARY KEY (case_id), 
	FOREIGN KEY(case_id) REFERENCES cases (id)
);
INSERT INTO "case_text" VALUES('c_dd2bba1537436e5c','Dana','Where is my lamp?','Lamp');
INSERT INTO "case_text" VALUES('c_d15b579b74e42509','Dana','hi','');
INSERT INTO "case_text" VALUES('c_b77eacfe863e5282','Ruth','hello','Lamp');
INSERT INTO "case_text" VALUES('c_45a00607b90c305d','Omar','Where is my lamp?','Lamp');
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
	state TEXT NOT NULL, 
	PRIMARY KEY (id), 
	FOREIGN KEY(customer_id) REFERENCES customer (id)
);
INSERT INTO "cases" VALUES('c_dd2bba1537436e5c',1001,'p_7bd2a4f2c8af5bd9','','email',',email,','us',1750014399000,4,'','',1,1749999999000,1,'',NULL,'','in','{"stage":"us","entered":1749999999000,"last_at":1749999999000,"patience":14400000,"waiting":["first",1749999999000,1750014399000],"unread":1,"held_from":"us"}');
INSERT INTO "cases" VALUES('c_d15b579b74e42509',1002,'p_f807e24e58c36740','','whatsapp',',whatsapp,','us',1750001799500,7,'','',1,1749999999500,1,'',NULL,'','in','{"stage":"us","entered":1749999999500,"last_at":1749999999500,"patience":1800000,"waiting":["first",1749999999500,1750001799500],"unread":1,"held_from":"us"}');
INSERT INTO "cases" VALUES('c_b77eacfe863e5282',1003,'p_4980be64d347bdcd','','email',',email,','customer',-1750000000000,17,'noa','',0,1750000000000,1,'',NULL,'','out','{"stage":"customer","entered":1750000000000,"last_at":1750000000000,"patience":14400000,"answered":["first",1749999999600,1750014399600],"answers":["m_0000000000e55504"],"replied":true,"held_from":"us"}');
INSERT INTO "cases" VALUES('c_45a00607b90c305d',1004,'p_ce6cab44e78db5e6','','email',',email,','later',1750003600000,16,'','',1,1749999999700,1,'',1750003600000,'','in','{"stage":"later","entered":1750000000000,"last_at":1749999999700,"patience":14400000,"waiting":["first",1749999999700,1750014399700],"unread":1,"snoozed":1750003600000,"held_from":"us"}');
CREATE TABLE command (
	agent_id VARCHAR(64) NOT NULL, 
	id VARCHAR(64) NOT NULL, 
	at BIGINT NOT NULL, 
	result TEXT NOT NULL, 
	code VARCHAR(255) NOT NULL, 
	message TEXT NOT NULL, digest VARCHAR(255) DEFAULT '' NOT NULL, 
	PRIMARY KEY (agent_id, id)
);
INSERT INTO "command" VALUES('noa','a',1750000000000,'m_0000000000e55504','','','c938a3cef5b0413f4fadf581ffd4ae8ce8bb2c7100985d91331f9dd876244aa5');
INSERT INTO "command" VALUES('noa','b',1750000000000,'','','','991ee812a16095d571646181651c0877ff770031986d77af8df564f0be1e91b6');
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
INSERT INTO "conversation" VALUES('t_2441e3d54410492b','c_dd2bba1537436e5c','email','mail','','a_73a9bef499bbf4dc',1749999999000,1749999999000,1749999999000,1);
INSERT INTO "conversation" VALUES('t_50c9c994752666ae','c_d15b579b74e42509','whatsapp','wa','+972541234567','a_8f7373abe8e394da',1749999999500,1749999999500,1749999999500,1);
INSERT INTO "conversation" VALUES('t_fa940bf3eb573f5f','c_b77eacfe863e5282','email','mail','','a_935d406e8fdb72a3',1749999999600,1749999999600,1749999999600,1);
INSERT INTO "conversation" VALUES('t_a0480377e97e8dee','c_45a00607b90c305d','email','mail','','a_d2f6e1716f7b8780',1749999999700,1749999999700,1749999999700,1);
INSERT INTO "conversation" VALUES('t_6fa84861a6c4716c','c_b77eacfe863e5282','email','mail','','a_935d406e8fdb72a3',1750000000000,NULL,1750000000000,1);
CREATE TABLE conversation_text (
	conversation_id VARCHAR(64) NOT NULL, 
	subject TEXT NOT NULL, 
	subject_key TEXT NOT NULL, 
	PRIMARY KEY (conversation_id), 
	FOREIGN KEY(conversation_id) REFERENCES conversation (id)
);
INSERT INTO "conversation_text" VALUES('t_2441e3d54410492b','Lamp','lamp');
INSERT INTO "conversation_text" VALUES('t_50c9c994752666ae','','');
INSERT INTO "conversation_text" VALUES('t_fa940bf3eb573f5f','Lamp','lamp');
INSERT INTO "conversation_text" VALUES('t_a0480377e97e8dee','Lamp','lamp');
INSERT INTO "conversation_text" VALUES('t_6fa84861a6c4716c','Lamp','lamp');
CREATE TABLE customer (
	id VARCHAR(64) NOT NULL, 
	since BIGINT NOT NULL, 
	language VARCHAR(255) NOT NULL, 
	blocked BOOLEAN NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "customer" VALUES('p_7bd2a4f2c8af5bd9',1749999999000,'',0);
INSERT INTO "customer" VALUES('p_f807e24e58c36740',1749999999500,'',0);
INSERT INTO "customer" VALUES('p_4980be64d347bdcd',1749999999600,'',0);
INSERT INTO "customer" VALUES('p_ce6cab44e78db5e6',1749999999700,'',0);
CREATE TABLE customer_text (
	customer_id VARCHAR(64) NOT NULL, 
	name TEXT NOT NULL, 
	PRIMARY KEY (customer_id), 
	FOREIGN KEY(customer_id) REFERENCES customer (id)
);
INSERT INTO "customer_text" VALUES('p_7bd2a4f2c8af5bd9','Dana');
INSERT INTO "customer_text" VALUES('p_f807e24e58c36740','Dana');
INSERT INTO "customer_text" VALUES('p_4980be64d347bdcd','Ruth');
INSERT INTO "customer_text" VALUES('p_ce6cab44e78db5e6','Omar');
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
INSERT INTO "event" VALUES(1,1750000000000,1750000000000,'','','agent-changed','noa','');
INSERT INTO "event" VALUES(2,1749999999000,1750000000000,'','','customer-changed','p_7bd2a4f2c8af5bd9','');
INSERT INTO "event" VALUES(3,1749999999000,1750000000000,'c_dd2bba1537436e5c','','case-changed','','{"change":"opened","detail":""}');
INSERT INTO "event" VALUES(4,1749999999000,1750000000000,'c_dd2bba1537436e5c','','message-added','m_0000000000478876','');
INSERT INTO "event" VALUES(5,1749999999500,1750000000000,'','','customer-changed','p_f807e24e58c36740','');
INSERT INTO "event" VALUES(6,1749999999500,1750000000000,'c_d15b579b74e42509','','case-changed','','{"change":"opened","detail":""}');
INSERT INTO "event" VALUES(7,1749999999500,1750000000000,'c_d15b579b74e42509','','message-added','m_0000000000781c78','');
INSERT INTO "event" VALUES(8,1749999999600,1750000000000,'','','customer-changed','p_4980be64d347bdcd','');
INSERT INTO "event" VALUES(9,1749999999600,1750000000000,'c_b77eacfe863e5282','','case-changed','','{"change":"opened","detail":""}');
INSERT INTO "event" VALUES(10,1749999999600,1750000000000,'c_b77eacfe863e5282','','message-added','m_0000000000ac12f4','');
INSERT INTO "event" VALUES(11,1749999999700,1750000000000,'','','customer-changed','p_ce6cab44e78db5e6','');
INSERT INTO "event" VALUES(12,1749999999700,1750000000000,'c_45a00607b90c305d','','case-changed','','{"change":"opened","detail":""}');
INSERT INTO "event" VALUES(13,1749999999700,1750000000000,'c_45a00607b90c305d','','message-added','m_0000000000d32ee8','');
INSERT INTO "event" VALUES(14,1750000000000,1750000000000,'c_b77eacfe863e5282','noa','message-added','m_0000000000e55504','');
INSERT INTO "event" VALUES(15,1750000000000,1750000000000,'c_b77eacfe863e5282','noa','case-changed','','{"change":"assigned","detail":"noa"}');
INSERT INTO "event" VALUES(16,1750000000000,1750000000000,'c_45a00607b90c305d','noa','case-changed','','{"change":"snoozed","detail":"1750003600000"}');
INSERT INTO "event" VALUES(17,1750000000000,1750000000000,'c_b77eacfe863e5282','','message-changed','m_0000000000e55504','{"state":"sent"}');
CREATE TABLE head (
	id INTEGER NOT NULL, 
	seq BIGINT NOT NULL, 
	number BIGINT NOT NULL, 
	PRIMARY KEY (id)
);
INSERT INTO "head" VALUES(1,17,1004);
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
CREATE TABLE link_text (
	hash VARCHAR(255) NOT NULL, 
	name TEXT NOT NULL, 
	media TEXT NOT NULL, 
	PRIMARY KEY (hash), 
	FOREIGN KEY(hash) REFERENCES link (hash)
);
CREATE TABLE mark (
	account VARCHAR(255) NOT NULL, 
	"key" VARCHAR(255) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY (account, "key")
);
CREATE TABLE membership (
	agent_id VARCHAR(64) NOT NULL, 
	team VARCHAR(255) NOT NULL, 
	PRIMARY KEY (agent_id, team), 
	FOREIGN KEY(agent_id) REFERENCES agent (id)
);
INSERT INTO "membership" VALUES('noa','support');
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
INSERT INTO "message" VALUES('m_0000000000478876','c_dd2bba1537436e5c','t_2441e3d54410492b','email','mail','<1@x>','in',1749999999000,'received','','','',0);
INSERT INTO "message" VALUES('m_0000000000781c78','c_d15b579b74e42509','t_50c9c994752666ae','whatsapp','wa','w1','in',1749999999500,'received','','','',0);
INSERT INTO "message" VALUES('m_0000000000ac12f4','c_b77eacfe863e5282','t_fa940bf3eb573f5f','email','mail','<2@x>','in',1749999999600,'received','','','',0);
INSERT INTO "message" VALUES('m_0000000000d32ee8','c_45a00607b90c305d','t_a0480377e97e8dee','email','mail','<3@x>','in',1749999999700,'received','','','',0);
INSERT INTO "message" VALUES('m_0000000000e55504','c_b77eacfe863e5282','t_6fa84861a6c4716c','email','mail','<m_0000000000e55504.d0bb9786cde9@agent-tui.invalid>','out',1750000000000,'sent','noa','','',0);
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
INSERT INTO "message_text" VALUES('m_0000000000478876','Where is my lamp?','Dana','Lamp','','','','');
INSERT INTO "message_text" VALUES('m_0000000000781c78','hi','Dana','','','','','');
INSERT INTO "message_text" VALUES('m_0000000000ac12f4','Where is my lamp?','Ruth','Lamp','','','','');
INSERT INTO "message_text" VALUES('m_0000000000d32ee8','Where is my lamp?','Omar','Lamp','','','','');
INSERT INTO "message_text" VALUES('m_0000000000e55504','hello','Noa','Lamp','','{"to":["ruth@example.com"]}','','');
CREATE TABLE meta (
	"key" VARCHAR(255) NOT NULL, 
	value TEXT NOT NULL, 
	PRIMARY KEY ("key")
);
INSERT INTO "meta" VALUES('log','0a940537adfb3747');
CREATE TABLE outbound (
	message_id VARCHAR(64) NOT NULL, 
	account VARCHAR(255) NOT NULL, 
	state VARCHAR(255) NOT NULL, 
	queued BIGINT NOT NULL, 
	attempts INTEGER NOT NULL, 
	next_try BIGINT NOT NULL, 
	in_reply_to VARCHAR(64) NOT NULL, 
	PRIMARY KEY (message_id), 
	FOREIGN KEY(message_id) REFERENCES message (id)
);
INSERT INTO "outbound" VALUES('m_0000000000e55504','mail','sent',1750000000000,1,0,'');
CREATE TABLE seen (
	account VARCHAR(255) NOT NULL, 
	"key" VARCHAR(255) NOT NULL, 
	at BIGINT NOT NULL, 
	PRIMARY KEY (account, "key")
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
CREATE INDEX ix_address_link_address_id ON address_link (address_id);
CREATE INDEX ix_address_link_customer_id ON address_link (customer_id);
CREATE INDEX ix_cases_customer ON cases (customer_id, number);
CREATE INDEX ix_cases_owner ON cases (stage, owner, sort_at, id, team, channels);
CREATE INDEX ix_cases_stage ON cases (stage, sort_at, id, owner, team, channels);
CREATE INDEX ix_cases_wake ON cases (snoozed) WHERE snoozed > 0;
CREATE INDEX ix_call_case_id ON call (case_id);
CREATE INDEX ix_conversation_address ON conversation (address_id, last_at);
CREATE INDEX ix_conversation_case_id ON conversation (case_id);
CREATE INDEX ix_conversation_thread ON conversation (account, thread);
CREATE INDEX ix_message_case ON message (case_id, at, id);
CREATE INDEX ix_message_conversation ON message (conversation_id, at);
CREATE INDEX ix_outbound_next ON outbound (account, state, next_try);
CREATE INDEX ix_event_card_shown ON event (case_id) WHERE kind = 'card-shown';
COMMIT;
