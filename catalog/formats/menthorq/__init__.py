"""MenthorQ's levels: lines to paste into a chart, CSV, and what Sierra Chart dumps as lines of JSON."""
