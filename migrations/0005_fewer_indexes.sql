-- No query reads it: the viewer's lists go by chats_newest_of_store. Every message that is stored moves its chat in each
-- index of the newest message, so one less is work saved.
DROP INDEX chats_by_last_message;
