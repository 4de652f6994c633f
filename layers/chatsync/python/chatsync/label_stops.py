"""Why a page of chats was not labelled to its end: each reason's name, and the sentence that stands on the run.

The classifier says them; the web pages know them again by their sentence and say them in Russian, too. None holds a
word of the model's server: that may quote the key or a buyer.
"""

LABEL_STOPS = {
    # The owner must act.
    "bad_key": "The model's server refused the API key. Enter a valid key for this server.",
    "no_permission": "The model's server denied the API key access to the model. Give the key that right, or name "
    "another model.",
    "blocked": "Something between here and the model's server, such as a bot guard or a proxy, refused the request. If "
    "it lasts, ask whoever runs the network.",
    "country": "The model's server does not serve the country or region that the request came from. Use another "
    "server, or run the program where this one is available.",
    "no_balance": "The account at the model's server has no money left. Top it up.",
    "no_quota": "The account's quota at the model's server is used up. Raise the limit or top up the account.",
    "unknown_model": "The model's server does not know the model or the address. Correct the model's name or the "
    "server's address.",
    "redirect": "The model's server answered with a redirect, which is not followed. Correct the server's address.",
    "rejected": "The model's server does not accept the request in any form that this program knows. Check that the "
    "server is OpenAI-compatible and the model is one for chats.",
    "short_context": "The request is too long for the model, even with only our own sample chats. Use a model with a "
    "larger context.",
    # It may pass.
    "overloaded": "The model's server is overloaded or limits the number of requests. The next run asks again; if it "
    "repeats, lower LabelPagesAtOnce.",
    "unreachable": "The model's server could not be reached, or the connection broke. The next run asks again; if it "
    "repeats, check the server's address and the network.",
    "server_error": "The model's server reported an internal error. The next run asks again.",
    "late": "The model's server did not answer in time. The next run asks again; if it repeats, use a faster model.",
    "no_time": "The time for a page of chats ran out before all were labelled. The next run asks about the rest; if it "
    "repeats, lower LabelChatsAPage.",
    "no_tokens": "The tokens reserved for a page of chats ran out before all were labelled. The next run asks about "
    "the rest; if it repeats, lower LabelChatsAPage.",
    # It answered, but gave no labels.
    "empty": "The model's answer was empty. The next run asks again; if it repeats, use another model.",
    "thoughts_alone": "The model's server sent the model's reasoning and no answer. The next run asks again; if it "
    "repeats, lower the reasoning effort or use another model.",
    "cut": "The model's answer was cut off at its length limit. The next run asks again; if it repeats, lower the "
    "reasoning effort or use another model.",
    "broken_off": "The model's server broke off its answer and said so. The next run asks again.",
    "filtered": "The model or its server's content filter refused to answer, even about our own sample chats. Use "
    "another model.",
    "not_labels": "The model's answer is not the JSON that was asked for. The next run asks again; if it repeats, use "
    "another model.",
    "incomplete": "The model labelled only some of the chats that it was asked about. The next run asks about the "
    "rest; if it repeats, use another model.",
    "unanswered": "The model's server gave no answer for some chats, though it answered for others. They are asked "
    "about in three runs at most, then only if their words or the model change.",
    "distrusted": "The model's answer failed its checks, even about our own sample chats. The next run asks again; if "
    "it repeats, use another model.",
    "error_object": "The model's server sent an error in place of an answer. The next run asks again.",
    "no_completion": "The model's server sent something other than a chat completion. The next run asks again; if it "
    "repeats, check the server's address.",
}


def name_label_stop(sentence: str | None) -> str | None:
    """Return the name of the reason whose sentence this is; None for any other sentence."""
    return next((name for name, known in LABEL_STOPS.items() if known == sentence), None)
