UPDATE person SET notices = 0;
