"""What an artefact's files say, checked: values, or the reason why they cannot be used."""
