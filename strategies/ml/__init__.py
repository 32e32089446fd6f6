"""The ML filter: models of which decisions win, trained on journals, judged out of sample."""
