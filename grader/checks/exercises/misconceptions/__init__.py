"""The mistakes that people make in this assignment, part by part. The rules of `grader.diagnosis` hold."""
