"""The mistakes that people make in this assignment, part by part: what each is called, and what it computes.

A name says what the code does, never who wrote it; a hint asks or shows where to look and leaves the answer to its
reader. See `grader.diagnosis` for how they are found.
"""
