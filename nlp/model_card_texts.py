"""What a model card says that no measurement tells: the sources with their terms, lasting failures, use and limits."""

INTRODUCTION = (
    "One 6-layer encoder (all-MiniLM-L6-v2, 22 M parameters, Apache-2.0) with a linear head for each task, int8 ONNX. "
    "It reads a post from one brand's point of view: names of the brand and its rivals are masked first. How it was "
    "made and what failed: docs/model.md. This card is written by `python run.py evaluate --card`; what every figure "
    "means: docs/evaluation.md."
)

SETS = {
    "tweets": "TweetEval's validation tweets",
    "airline tweets": "tweets to six airlines, which never train: sentiment in a field that training hardly knows",
    "other languages": "tweets in languages that the model does not claim to know: they should be unsure",
    "posts": "posts to airlines and customer support, which never train for their terms",
    "held-out posts": "posts kept from training at random, of the same kinds as those that train",
    "challenge": "invented posts, each made to show one phenomenon",
}

DATA = [
    ["all-MiniLM-L6-v2 weights", "start of training", "Apache-2.0"],
    ["all-mpnet-base-v2 weights", "the teacher, trained on the same; its opinions ship", "Apache-2.0"],
    [
        "SemEval 2013-2016 tweets, by cbaziotis/datastories-semeval2017-task4",
        "trains",
        "research data set, Twitter terms",
    ],
    ["TweetEval validation tweets, cardiffnlp/tweeteval", "measures", "research data set, Twitter terms"],
    ["posts labelled for switching intent: app reviews, forums", "trains", "no licence stated; not redistributed"],
    ["the same from SemEval, Sanders, Dong 2014, complaints", "trains", "research corpora"],
    ["the same from SXSW and CompSent", "trains", "CC BY, CC BY-SA"],
    ["the same from airline tweets and customer support on Twitter", "measures only", "CC BY-NC-SA"],
    ["airline sentiment, fastforwardlabs/airline-sentiment (Crowdflower)", "measures only", "non-commercial"],
    [
        "our own labels of texts of SemEval, Sanders, SXSW, Dong 2014, CompSent, complaints",
        "train; a part kept to measure",
        "by hash, no text",
    ],
    ["complaints, danielpreotiuc/complaints-social-media", "trains; a part kept to measure", "none found"],
    ["target sentiment, Dong et al. 2014, songyouwei/ABSA-PyTorch", "trains", "research"],
    ["MAMS, siat-nlp/MAMS-for-ABSA", "trains", "Apache-2.0"],
    ["multilingual tweets, cardiffnlp/xlm-t", "measures only", "see its licence"],
    [
        "invented posts and the challenge set, written by a large language model",
        "the first train, the second measures",
        "Apache-2.0",
    ],
]

FAILURES = [
    "A text that names a rival and not the brand is never sure of a switching intent: whom it is about is a guess.",
    "Only the post itself is read: not the thread, the picture, the link, or who writes it.",
    "Language is told from the text alone: in a short text, or one that mixes languages, the gate may be wrong.",
    "Activations are scaled by batch, so the same post may score a few hundredths differently in other company.",
]

USE = [
    "Sorting posts about a brand for people who answer them: what is sure may raise an alert, what is unsure waits.",
    "Counting over many posts, with the intervals above in mind.",
]

LIMITS = [
    "No decision about a person rests on it: it reads one post, and it errs as often as the figures say.",
    "Thresholds and temperatures were chosen on tweets, posts and held-out posts: there they are at their best.",
    "Sets were enriched for what is rare: class rates are not those of live traffic, and precision there is lower.",
    "Switching labels were given by one annotator; a second agreed on 97 % of another such set, at leave, join, none.",
    "Measure it on your own posts before you trust it: `python run.py evaluate --data FILE`.",
]
