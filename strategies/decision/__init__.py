"""The decision of every strategy of ours, from measurements to size: pure computation, a step a module.

What comes in are numbers and settings, what goes out is a number or a verdict with the words for it.
"""
